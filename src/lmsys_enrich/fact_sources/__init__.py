"""Sources of further facts about what links lead to; none of them judges a link."""
