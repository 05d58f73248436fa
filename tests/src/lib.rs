//! What must hold for all modules, and stories across modules.
