"""Pages about people: members and roles of a workspace, invitations, and one's own account."""
