//! Which attributes there are.

use crate::file::nearest;

/// What an attribute belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
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
}

/// The attributes that mean something to one reader of DOT, and how it calls what it reads.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// What a graph describes, with its article.
    pub(crate) thing: &'static str,
    /// Why its edges are arrows.
    pub(crate) direction: &'static str,
    pub(crate) graph: &'static [&'static str],
    pub(crate) node: &'static [&'static str],
    pub(crate) edge: &'static [&'static str],
    /// Whether a name and a dot may stand before a key of a graph or a node: `"small.success"`.
    pub(crate) prefixed: bool,
}

impl Dialect {
    /// The attributes of its own.
    pub(super) fn keys(&self, owner: Owner) -> &'static [&'static str] {
        match owner {
            Owner::Graph => self.graph,
            Owner::Node => self.node,
            Owner::Edge => self.edge,
        }
    }

    pub(super) fn owns(&self, owner: Owner, key: &str) -> bool {
        let prefixed = self.prefixed && owner != Owner::Edge;
        let bare = if prefixed { key.rsplit_once('.').map_or(key, |(_, bare)| bare) } else { key };
        self.keys(owner).contains(&bare)
    }

    /// Whether the attribute means something to Graphviz, and hence nothing here.
    pub(super) fn leaves_to_graphviz(key: &str) -> bool {
        GRAPHVIZ.binary_search(&key).is_ok() || key.starts_with('_')
    }

    /// The attribute of its own that may be meant.
    pub(super) fn nearest(&self, owner: Owner, key: &str) -> Option<String> {
        nearest(key, self.keys(owner).iter().copied())
    }

    /// Whether no attribute of its own is one of Graphviz.
    #[cfg(test)]
    pub(crate) fn is_apart(&self) -> bool {
        [self.graph, self.node, self.edge].concat().iter().all(|key| !Self::leaves_to_graphviz(key))
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
    fn the_names_are_sorted() {
        assert!(GRAPHVIZ.is_sorted());
    }

    #[test]
    fn a_prefix_is_a_name_before_the_last_dot() {
        let dialect = Dialect {
            thing: "a workflow",
            direction: "one is first",
            graph: &["price"],
            node: &["success"],
            edge: &[],
            prefixed: true,
        };
        assert!(dialect.owns(Owner::Node, "success") && dialect.owns(Owner::Node, "qwen2.5.success"));
        assert!(!dialect.owns(Owner::Node, "small.price") && !dialect.owns(Owner::Edge, "a.success"));
        assert!(!Dialect { prefixed: false, ..dialect }.owns(Owner::Graph, "small.price"));
    }
}
