//! Organizations as graphs: the builder, files, figures and shapes.

mod file;
