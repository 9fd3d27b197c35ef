//! The bundled font: text is laid out with it, embedded in PDF and drawn in PNG with it, so that a figure is the
//! same on a machine without any font.

use std::sync::{Arc, OnceLock};

use plotters::style::{FontStyle, IntoFont, register_font};
use resvg::usvg::fontdb;

use super::FigureError;

/// The family as SVG names it; viewers without DejaVu fall back to their own sans serif.
pub(super) const FAMILY: &str = "DejaVu Sans, sans-serif";

/// DejaVu Sans 2.37, see `assets/fonts/DejaVu-LICENSE.txt`.
static BYTES: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans.ttf");

/// Plotters scales a font of size s to an ascent plus descent of s, but writes s / 1.24 as the em size into the
/// SVG. Ascent plus descent of DejaVu Sans are (1901 + 483) / 2048 em.
const EM_PER_SIZE: f64 = 1.0 / 1.24;
const ESTIMATE_EM_PER_SIZE: f64 = 2048.0 / (1901.0 + 483.0);

/// The size that plotters must be given for text with an em of `em`.
pub(super) fn plotters_size(em: f64) -> f64 {
    em / EM_PER_SIZE
}

/// Makes the font known to plotters; cheap after the first call.
pub(super) fn register() -> Result<(), FigureError> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let done = DONE.get_or_init(|| {
        let styles = [FontStyle::Normal, FontStyle::Bold, FontStyle::Italic, FontStyle::Oblique];
        styles.into_iter().all(|style| register_font(FAMILY, style, BYTES).is_ok())
    });
    if *done { Ok(()) } else { Err(FigureError::Font("plotters does not accept it".into())) }
}

/// The database that the SVG is read back with: the bundled font stands for every family.
pub(super) fn database() -> Arc<fontdb::Database> {
    static DATABASE: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    DATABASE
        .get_or_init(|| {
            let mut database = fontdb::Database::new();
            database.load_font_data(BYTES.to_vec());
            let family = "DejaVu Sans";
            database.set_sans_serif_family(family);
            database.set_serif_family(family);
            database.set_monospace_family(family);
            database.set_cursive_family(family);
            database.set_fantasy_family(family);
            Arc::new(database)
        })
        .clone()
}

/// Width of one line of text with an em of `em`, in the unit of `em`.
pub(super) fn width(text: &str, em: f64) -> f64 {
    // Measured large, because the estimate is truncated to whole units.
    const LARGE: f64 = 10_000.0;
    let estimate = (FAMILY, LARGE).into_font().layout_box(text);
    // The font is registered before anything is measured; half an em per letter is a safe guess all the same.
    let large =
        estimate.map_or(0.5 * LARGE * text.chars().count() as f64, |(_, (right, _))| f64::from(right));
    large * em / (LARGE * ESTIMATE_EM_PER_SIZE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use resvg::usvg;

    #[test]
    fn measured_width_is_the_width_on_paper() {
        register().unwrap();
        for text in ["channel fidelity γ", "root bias μ", "10⁻⁴", "AVAVAV", "ρ = 5/21"] {
            let svg = format!(
                "<svg xmlns='http://www.w3.org/2000/svg' width='9000' height='300'>\
                 <text x='0' y='200' font-family='{FAMILY}' font-size='100'>{text}</text></svg>"
            );
            let options = usvg::Options { fontdb: database(), ..usvg::Options::default() };
            let tree = usvg::Tree::from_str(&svg, &options).unwrap();
            let usvg::Node::Text(node) = &tree.root().children()[0] else { panic!("no text") };
            let paper = f64::from(node.bounding_box().width());
            let measured = width(text, 100.0);
            assert!((paper - measured).abs() < 0.04 * paper, "{text}: {paper} on paper, {measured} measured");
        }
    }
}
