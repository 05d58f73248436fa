//! Certificate catalogue (证明事项目录).
