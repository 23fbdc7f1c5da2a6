"""Sources of further facts about the targets of links; none of them judges a link."""
