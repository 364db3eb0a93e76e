//! The elements that reading a page depends on.

/// An element by its name; what has no rule of its own is `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum Tag {
    /// The page itself, and text.
    None,
    Other,
    A,
    Abbr,
    Address,
    Area,
    Article,
    Aside,
    Audio,
    B,
    Base,
    Bdi,
    Blockquote,
    Body,
    Br,
    Button,
    Canvas,
    Caption,
    Center,
    Cite,
    Code,
    Col,
    Colgroup,
    Data,
    Datalist,
    Dd,
    Del,
    Details,
    Dialog,
    Div,
    Dl,
    Dt,
    Em,
    Embed,
    Fieldset,
    Figcaption,
    Figure,
    Font,
    Footer,
    Form,
    Frameset,
    H1,
    H2,
    H3,
    H4,
    H5,
    H6,
    Head,
    Header,
    Hgroup,
    Hr,
    Html,
    I,
    Iframe,
    Img,
    Input,
    Ins,
    Kbd,
    Label,
    Legend,
    Li,
    Link,
    Main,
    Map,
    Mark,
    Math,
    Menu,
    Meta,
    Meter,
    Nav,
    Noembed,
    Noframes,
    Noscript,
    Object,
    Ol,
    Optgroup,
    Option,
    Output,
    P,
    Param,
    Picture,
    Pre,
    Progress,
    Q,
    Rp,
    Rt,
    Ruby,
    S,
    Samp,
    Script,
    Search,
    Section,
    Select,
    Slot,
    Small,
    Source,
    Span,
    Strike,
    Strong,
    Style,
    Sub,
    Summary,
    Sup,
    Svg,
    Table,
    Tbody,
    Td,
    Template,
    Textarea,
    Tfoot,
    Th,
    Thead,
    Time,
    Title,
    Tr,
    Track,
    Tt,
    U,
    Ul,
    Var,
    Video,
    Wbr,
    Xmp,
}

/// How many elements there are.
pub(crate) const TAGS: usize = Tag::Xmp as usize + 1;

/// The longest name in [`NAMES`].
const LONGEST: usize = 10;

/// The names as numbers, which are compared at once and are in the same order.
static NUMBERS: [u128; NAMES.len()] = {
    let mut numbers = [0; NAMES.len()];
    let mut at = 0;
    while at < numbers.len() {
        numbers[at] = number(NAMES[at].0.as_bytes());
        at += 1;
    }
    numbers
};

/// Returns a name of at most sixteen letters, in whatever case, as a number.
const fn number(name: &[u8]) -> u128 {
    let mut number = 0;
    let mut at = 0;
    while at < 16 {
        number <<= 8;
        if at < name.len() {
            number |= name[at].to_ascii_lowercase() as u128;
        }
        at += 1;
    }
    number
}

/// Names in byte order.
const NAMES: &[(&str, Tag)] = &[
    ("a", Tag::A),
    ("abbr", Tag::Abbr),
    ("acronym", Tag::Abbr),
    ("address", Tag::Address),
    ("area", Tag::Area),
    ("article", Tag::Article),
    ("aside", Tag::Aside),
    ("audio", Tag::Audio),
    ("b", Tag::B),
    ("base", Tag::Base),
    ("bdi", Tag::Bdi),
    ("bdo", Tag::Bdi),
    ("big", Tag::Small),
    ("blockquote", Tag::Blockquote),
    ("body", Tag::Body),
    ("br", Tag::Br),
    ("button", Tag::Button),
    ("canvas", Tag::Canvas),
    ("caption", Tag::Caption),
    ("center", Tag::Center),
    ("cite", Tag::Cite),
    ("code", Tag::Code),
    ("col", Tag::Col),
    ("colgroup", Tag::Colgroup),
    ("data", Tag::Data),
    ("datalist", Tag::Datalist),
    ("dd", Tag::Dd),
    ("del", Tag::Del),
    ("details", Tag::Details),
    ("dfn", Tag::Em),
    ("dialog", Tag::Dialog),
    ("div", Tag::Div),
    ("dl", Tag::Dl),
    ("dt", Tag::Dt),
    ("em", Tag::Em),
    ("embed", Tag::Embed),
    ("fieldset", Tag::Fieldset),
    ("figcaption", Tag::Figcaption),
    ("figure", Tag::Figure),
    ("font", Tag::Font),
    ("footer", Tag::Footer),
    ("form", Tag::Form),
    ("frameset", Tag::Frameset),
    ("h1", Tag::H1),
    ("h2", Tag::H2),
    ("h3", Tag::H3),
    ("h4", Tag::H4),
    ("h5", Tag::H5),
    ("h6", Tag::H6),
    ("head", Tag::Head),
    ("header", Tag::Header),
    ("hgroup", Tag::Hgroup),
    ("hr", Tag::Hr),
    ("html", Tag::Html),
    ("i", Tag::I),
    ("iframe", Tag::Iframe),
    ("img", Tag::Img),
    ("input", Tag::Input),
    ("ins", Tag::Ins),
    ("kbd", Tag::Kbd),
    ("label", Tag::Label),
    ("legend", Tag::Legend),
    ("li", Tag::Li),
    ("link", Tag::Link),
    ("main", Tag::Main),
    ("map", Tag::Map),
    ("mark", Tag::Mark),
    ("math", Tag::Math),
    ("menu", Tag::Menu),
    ("meta", Tag::Meta),
    ("meter", Tag::Meter),
    ("nav", Tag::Nav),
    ("nobr", Tag::Span),
    ("noembed", Tag::Noembed),
    ("noframes", Tag::Noframes),
    ("noscript", Tag::Noscript),
    ("object", Tag::Object),
    ("ol", Tag::Ol),
    ("optgroup", Tag::Optgroup),
    ("option", Tag::Option),
    ("output", Tag::Output),
    ("p", Tag::P),
    ("param", Tag::Param),
    ("picture", Tag::Picture),
    ("pre", Tag::Pre),
    ("progress", Tag::Progress),
    ("q", Tag::Q),
    ("rp", Tag::Rp),
    ("rt", Tag::Rt),
    ("ruby", Tag::Ruby),
    ("s", Tag::S),
    ("samp", Tag::Samp),
    ("script", Tag::Script),
    ("search", Tag::Search),
    ("section", Tag::Section),
    ("select", Tag::Select),
    ("slot", Tag::Slot),
    ("small", Tag::Small),
    ("source", Tag::Source),
    ("span", Tag::Span),
    ("strike", Tag::Strike),
    ("strong", Tag::Strong),
    ("style", Tag::Style),
    ("sub", Tag::Sub),
    ("summary", Tag::Summary),
    ("sup", Tag::Sup),
    ("svg", Tag::Svg),
    ("table", Tag::Table),
    ("tbody", Tag::Tbody),
    ("td", Tag::Td),
    ("template", Tag::Template),
    ("textarea", Tag::Textarea),
    ("tfoot", Tag::Tfoot),
    ("th", Tag::Th),
    ("thead", Tag::Thead),
    ("time", Tag::Time),
    ("title", Tag::Title),
    ("tr", Tag::Tr),
    ("track", Tag::Track),
    ("tt", Tag::Tt),
    ("u", Tag::U),
    ("ul", Tag::Ul),
    ("var", Tag::Var),
    ("video", Tag::Video),
    ("wbr", Tag::Wbr),
    ("xmp", Tag::Xmp),
];

impl Tag {
    /// Returns the element with a name, in whatever case.
    pub(crate) fn named(name: &[u8]) -> Self {
        if name.len() > LONGEST {
            return Self::Other;
        }
        NUMBERS
            .binary_search(&number(name))
            .ok()
            .and_then(|at| NAMES.get(at))
            .map_or(Self::Other, |(_, tag)| *tag)
    }

    /// Whether an element has no content and no end tag.
    pub(crate) fn is_void(self) -> bool {
        use Tag::{
            Area, Base, Br, Col, Embed, Hr, Img, Input, Link, Meta, Param, Source, Track, Wbr,
        };
        matches!(
            self,
            Area | Base
                | Br
                | Col
                | Embed
                | Hr
                | Img
                | Input
                | Link
                | Meta
                | Param
                | Source
                | Track
                | Wbr
        )
    }

    /// Whether the content is text up to the end tag, whatever it looks like.
    pub(crate) fn is_raw(self) -> bool {
        use Tag::{Iframe, Noembed, Noframes, Script, Style, Textarea, Title, Xmp};
        matches!(
            self,
            Iframe | Noembed | Noframes | Script | Style | Textarea | Title | Xmp
        )
    }

    /// Whether an element stands inside a line of text.
    pub(crate) fn is_inline(self) -> bool {
        use Tag::{
            A, Abbr, Audio, B, Bdi, Br, Button, Cite, Code, Data, Datalist, Del, Em, Embed, Font,
            I, Iframe, Img, Input, Ins, Kbd, Label, Map, Mark, Math, Meter, Noscript, Object,
            Output, Picture, Progress, Q, Rp, Rt, Ruby, S, Samp, Script, Select, Slot, Small, Span,
            Strike, Strong, Style, Sub, Sup, Svg, Template, Textarea, Time, Tt, U, Var, Video, Wbr,
        };
        matches!(
            self,
            A | Abbr
                | Audio
                | B
                | Bdi
                | Br
                | Button
                | Cite
                | Code
                | Data
                | Datalist
                | Del
                | Em
                | Embed
                | Font
                | I
                | Iframe
                | Img
                | Input
                | Ins
                | Kbd
                | Label
                | Map
                | Mark
                | Math
                | Meter
                | Noscript
                | Object
                | Output
                | Picture
                | Progress
                | Q
                | Rp
                | Rt
                | Ruby
                | S
                | Samp
                | Script
                | Select
                | Slot
                | Small
                | Span
                | Strike
                | Strong
                | Style
                | Sub
                | Sup
                | Svg
                | Template
                | Textarea
                | Time
                | Tt
                | U
                | Var
                | Video
                | Wbr
        )
    }

    /// Whether the start of an element ends an open paragraph.
    pub(crate) fn ends_paragraph(self) -> bool {
        use Tag::{
            Address, Article, Aside, Blockquote, Center, Dd, Details, Dialog, Div, Dl, Dt,
            Fieldset, Figcaption, Figure, Footer, Form, Header, Hgroup, Hr, Li, Main, Menu, Nav,
            Ol, P, Pre, Search, Section, Summary, Table, Ul, Xmp,
        };
        self.heading().is_some()
            || matches!(
                self,
                Address
                    | Article
                    | Aside
                    | Blockquote
                    | Center
                    | Dd
                    | Details
                    | Dialog
                    | Div
                    | Dl
                    | Dt
                    | Fieldset
                    | Figcaption
                    | Figure
                    | Footer
                    | Form
                    | Header
                    | Hgroup
                    | Hr
                    | Li
                    | Main
                    | Menu
                    | Nav
                    | Ol
                    | P
                    | Pre
                    | Search
                    | Section
                    | Summary
                    | Table
                    | Ul
                    | Xmp
            )
    }

    /// Whether end tags inside an element do not reach what is outside it.
    pub(crate) fn is_scope(self) -> bool {
        use Tag::{Body, Button, Caption, Html, Object, Table, Td, Template, Th};
        matches!(
            self,
            Body | Button | Caption | Html | Object | Table | Td | Template | Th
        )
    }

    /// Returns the level of a heading.
    pub(crate) fn heading(self) -> Option<u8> {
        match self {
            Self::H1 => Some(1),
            Self::H2 => Some(2),
            Self::H3 => Some(3),
            Self::H4 => Some(4),
            Self::H5 => Some(5),
            Self::H6 => Some(6),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_byte_order_and_found() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
        for (name, tag) in NAMES {
            assert!(name.len() <= LONGEST, "{name}");
            assert_eq!(Tag::named(name.to_uppercase().as_bytes()), *tag, "{name}");
        }
        assert_eq!(Tag::named(b"amp-carousel-of-pictures"), Tag::Other);
        assert_eq!(Tag::named(b""), Tag::Other);
    }
}
