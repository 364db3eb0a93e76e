//! Whole files: what each kind of dump gives, and what each kind of damage costs.
