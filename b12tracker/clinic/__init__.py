"""The manager's pages of a clinic: settings, closed days, people, products, access log, permissions."""
