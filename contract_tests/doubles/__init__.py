"""Stand-ins for a service, for its wire, and for time; and what drives a client against them."""
