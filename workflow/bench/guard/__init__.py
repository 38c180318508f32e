"""What keeps a measurement sound on a machine that kills, fills up, sleeps, or cannot do what is asked."""
