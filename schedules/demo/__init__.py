"""The demonstration: two invented clinics, their staff, and about sixty invented patients followed for up to
three years. Tables of data (clinics, people, …) and a walk along the engine's own calendar."""
