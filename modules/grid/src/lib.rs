//! Grid governance (网格治理).
