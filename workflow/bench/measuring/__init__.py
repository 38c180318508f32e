"""What a measurement consists of: the process that is measured, the one that watches it, the clock, the gate."""
