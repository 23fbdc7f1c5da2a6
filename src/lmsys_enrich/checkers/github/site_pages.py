"""First path segments of GitHub's own pages, which no account has."""

SITE_PAGES = frozenset(
    {
        *("about", "account", "advisories", "apps", "business", "codespaces", "collections", "contact"),
        *("copilot", "customer-stories", "dashboard", "enterprise", "enterprises", "events", "explore"),
        *("features", "gist", "issues", "join", "login", "logout", "marketplace", "mcp", "new", "newsroom"),
        *("notifications", "organizations", "orgs", "premium-support", "pricing", "pulls", "readme"),
        *("resources", "search", "security", "sessions", "settings", "signup", "site", "site-policy"),
        *("solutions", "sponsors", "stars", "team", "topics", "trending", "trust-center"),
        *("user-attachments", "users", "why-github"),
    }
)
"""Nobody but the page itself can tell about these."""

PERHAPS_SITE_PAGES = frozenset(
    {
        *("accounts", "admin", "api", "attributes", "auth", "billing", "blog", "bounty", "businesses"),
        *("careers", "case-studies", "categories", "certification", "changelog", "chat", "cla", "cloud"),
        *("codereview", "collection", "comments", "companies", "compare", "contributing", "cookbook"),
        *("coupons", "customer", "customers", "dashboards", "design", "developer", "discover"),
        *("discussions", "downloads", "edu", "education", "featured", "feed", "files", "fixtures", "garage"),
        *("gists", "git-guides", "github-copilot", "guide", "guides", "help", "help-wanted", "home"),
        *("hosting", "identity", "images", "inbox", "individual", "info", "introduction", "investors"),
        *("jobs", "journal", "journals", "lab", "labs", "languages", "launch", "learn", "legal", "library"),
        *("linux", "listings", "lists", "logos", "mac", "maintenance", "milestones", "mobile", "navigation"),
        *("network", "news", "newsletter", "nonprofit", "nonprofits", "notices", "offer", "open-source"),
        *("organisations", "pages", "partners", "payments", "personal", "plans", "plugins", "popular"),
        *("posts", "press", "preview", "professional", "projects", "recommendations", "releases"),
        *("repositories", "saved", "services", "shareholders", "showcases", "signin", "sitemap"),
        *("social-impact", "socials", "spam", "starred", "status", "storage", "store", "stories"),
        *("styleguide", "subscriptions", "suggest", "suggestions", "support", "talks", "teach", "teacher"),
        *("teachers", "teaching", "teams", "terms", "timeline", "tos", "tour", "train", "training"),
        *("translations", "updates", "visualization", "watching", "wiki", "wikis", "windows"),
    }
)
"""
Some of these are pages and some are accounts: the API's word that there is no account is not the last.

From https://github.com/Mottie/github-reserved-names.
"""
