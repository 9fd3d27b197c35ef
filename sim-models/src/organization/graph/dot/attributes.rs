//! Which attributes there are.

use crate::organization::graph::error::nearest;

/// What an attribute belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Graph,
    Node,
    Edge,
}

impl Owner {
    /// How messages call it.
    pub(super) fn told(self) -> &'static str {
        match self {
            Self::Graph => "a graph",
            Self::Node => "a node",
            Self::Edge => "an edge",
        }
    }

    /// The attributes that are ours.
    pub(super) fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Graph => &["window", "outputs", "wrong_answers", "zipf", "causes"],
            Self::Node => &[
                "bias",
                "compute_tokens",
                "compute_coefficient",
                "compute_exponent",
                "compute_cap",
                "family",
                "own_weight",
                "aggregator",
                "tie",
                "weights",
                "threshold",
                "true_positive",
                "false_positive",
                "dependence",
                "correlation",
            ],
            Self::Edge => &["fidelity", "tokens", "erasure", "detected", "vote_weight"],
        }
    }

    pub(super) fn owns(self, key: &str) -> bool {
        self.keys().contains(&key)
    }

    /// Whether the attribute means something to Graphviz, and hence nothing here.
    pub(super) fn leaves_to_graphviz(key: &str) -> bool {
        GRAPHVIZ.binary_search(&key).is_ok() || key.starts_with('_')
    }

    /// The attribute of ours that may be meant.
    pub(super) fn nearest(self, key: &str) -> Option<String> {
        nearest(key, self.keys().iter().copied())
    }
}

/// The attributes of Graphviz (graphviz.org/doc/info/attrs.html), sorted.
#[rustfmt::skip]
const GRAPHVIZ: [&str; 177] = [
    "Damping", "K", "TBbalance", "URL", "_background", "area", "arrowhead", "arrowsize", "arrowtail", "bb",
    "beautify", "bgcolor", "center", "charset", "class", "cluster", "clusterrank", "color", "colorscheme",
    "comment", "compound", "concentrate", "constraint", "decorate", "defaultdist", "dim", "dimen", "dir",
    "diredgeconstraints", "distortion", "dpi", "edgeURL", "edgehref", "edgetarget", "edgetooltip",
    "epsilon", "esep", "fillcolor", "fixedsize", "fontcolor", "fontname", "fontnames", "fontpath",
    "fontsize", "forcelabels", "gradientangle", "group", "headURL", "head_lp", "headclip", "headhref",
    "headlabel", "headport", "headtarget", "headtooltip", "height", "href", "id", "image", "imagepath",
    "imagepos", "imagescale", "inputscale", "label", "labelURL", "label_scheme", "labelangle",
    "labeldistance", "labelfloat", "labelfontcolor", "labelfontname", "labelfontsize", "labelhref",
    "labeljust", "labelloc", "labeltarget", "labeltooltip", "landscape", "layer", "layerlistsep", "layers",
    "layerselect", "layersep", "layout", "len", "levels", "levelsgap", "lhead", "lheight", "linelength",
    "lp", "ltail", "lwidth", "margin", "maxiter", "mclimit", "mindist", "minlen", "mode", "model",
    "newrank", "nodesep", "nojustify", "normalize", "notranslate", "nslimit", "nslimit1", "oneblock",
    "ordering", "orientation", "outputorder", "overlap", "overlap_scaling", "overlap_shrink", "pack",
    "packmode", "pad", "page", "pagedir", "pencolor", "penwidth", "peripheries", "pin", "pos", "quadtree",
    "quantum", "radius", "rank", "rankdir", "ranksep", "ratio", "rects", "regular", "remincross",
    "repulsiveforce", "resolution", "root", "rotate", "rotation", "samehead", "sametail", "samplepoints",
    "scale", "searchsize", "sep", "shape", "shapefile", "showboxes", "sides", "size", "skew", "smoothing",
    "sortv", "splines", "start", "style", "stylesheet", "tailURL", "tail_lp", "tailclip", "tailhref",
    "taillabel", "tailport", "tailtarget", "tailtooltip", "target", "tooltip", "truecolor", "vertices",
    "viewport", "voro_margin", "weight", "width", "xdotversion", "xlabel", "xlp", "z",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted_and_none_is_ours() {
        assert!(GRAPHVIZ.is_sorted());
        for owner in [Owner::Graph, Owner::Node, Owner::Edge] {
            assert!(owner.keys().iter().all(|key| !Owner::leaves_to_graphviz(key)));
        }
    }
}
