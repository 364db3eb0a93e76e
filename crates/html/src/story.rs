//! Finds the blocks of a page that are its story.
//!
//! First, blocks in elements that are furniture by their names are sorted out, and teasers of other articles.
//! What remains is weighed: paragraphs count by their length. The root of the story is the element at which
//! the weight splits. Within it the places where most paragraphs stand (an element, its classes, what it
//! stands in) tell the parts of the story from boxes between them.

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::block::{Block, Blocks, Kind, Suspect, join};
use crate::date;
use crate::dom::Dom;
use crate::key::key;
use crate::label::{self, is_closing, is_comments, is_dated, is_label};
use crate::meta::Meta;
use crate::stated;
use crate::tag::Tag;
use crate::title::{Title, agreement};
use crate::word::Mark;

/// The story of a page.
#[derive(Debug)]
pub(crate) struct Story {
    pub(crate) text: String,
    pub(crate) teaser: Option<String>,
    /// A date that stands above the story.
    pub(crate) date: Option<String>,
    /// The element that has headline and story.
    root: usize,
}

impl Story {
    /// Whether an element stands with the story.
    pub(crate) fn holds(&self, dom: &Dom, at: usize) -> bool {
        dom.is_inside(at, self.root)
    }
}

/// A paragraph has at least so many characters; shorter ones may be anything.
const SENTENCE: usize = 45;

/// A whole sentence has at least so many.
const SHORT_SENTENCE: usize = 25;

/// How many bytes are searched at most to compare the page with JSON-LD.
const SEARCH: usize = 1_000_000_000;

/// A story that has less than so many may not be all.
const LITTLE: usize = 200;

/// A lead has at least so many characters.
const LEAD: usize = 60;

/// No other heading has so many.
const LONG_LEAD: usize = 100;

/// Boxes have less than so much of the story, and what is around them at least so much, in percent.
const BOX: usize = 8;
const MOST: usize = 60;

/// What is left of a page has less than so many if it cannot be the story.
const REST: usize = 300;

/// A line with a date has less than so many.
const LONGEST_DATE: usize = 100;

/// How many blocks after the headline are looked at for a lead.
const ABOVE: usize = 40;

/// How many blocks after the story may have its date.
const AFTER: usize = 15;

/// An article that is followed by others has at least so many.
const SHORTEST: usize = 150;

/// The teaser of an article has less than so many.
const TEASER: usize = 300;

/// What is said of a story that is sold has less than so many.
const SOLD: usize = 800;

/// A heading or label has at most so many.
const LINE: usize = 120;

/// The longest class that tells what an element looks like.
const LONGEST_CLASS: usize = 300;

/// What an element looks like, its name and classes, as a number.
type Look = usize;

struct Finder<'p, 'a> {
    dom: &'p Dom<'a>,
    found: &'p Blocks,
    meta: &'p Meta,
    title: &'p Title,
    is_lax: bool,
    /// For each block, whether it is in something that is no part of the story.
    is_out: Vec<bool>,
    /// For each block, how much it looks like a paragraph: its length, or 0.
    weights: Vec<usize>,
    /// For each node, the weights of the blocks in it.
    sums: Vec<usize>,
    looks: RefCell<Looks<'a>>,
    /// How many teasers of other articles the page has.
    teasers: usize,
}

/// Where the paragraphs of a story stand, and what they look like.
#[derive(Default)]
struct Places<'b> {
    total: usize,
    /// The element in which most of it stands, and how much that and what looks like it has, in percent.
    best: (usize, usize),
    /// The weight of paragraphs by the look of the element they stand in.
    parents: FxHashMap<Look, usize>,
    /// The weight of paragraphs by their own look.
    looks: FxHashMap<Look, usize>,
    /// Different lines that are no paragraphs, by their look.
    lines: FxHashMap<Look, FxHashSet<&'b str>>,
    /// For each paragraph or list, the characters in links and all.
    links: FxHashMap<usize, (usize, usize)>,
}

impl Places<'_> {
    /// Returns how much of the story some weight is, in percent.
    fn share(&self, weight: Option<&usize>) -> usize {
        weight.copied().unwrap_or_default() * 100 / self.total.max(1)
    }
}

/// The looks of elements that were asked for.
#[derive(Default)]
struct Looks<'a> {
    numbers: FxHashMap<(Tag, &'a str), Look>,
    of: FxHashMap<usize, Look>,
}

/// Finds the story of a page. `None` if it has none.
pub(crate) fn find(
    dom: &Dom,
    meta: &Meta,
    found: &Blocks,
    title: &Title,
    url: Option<&str>,
) -> Option<Story> {
    let (story, amount) = attempt(dom, meta, found, title, url, false);
    if amount >= LITTLE || !meta.says_article() {
        return story;
    }
    // The names of elements misled, since there must be a story.
    let (other, more) = attempt(dom, meta, found, title, url, true);
    if more >= LITTLE && more >= 3 * amount {
        other
    } else {
        story
    }
}

/// Finds the story of a page, and how much it is. With `is_lax`, only what surely is furniture is left out by
/// its name.
fn attempt(
    dom: &Dom,
    meta: &Meta,
    found: &Blocks,
    title: &Title,
    url: Option<&str>,
    is_lax: bool,
) -> (Option<Story>, usize) {
    let mut finder = Finder {
        dom,
        found,
        meta,
        title,
        is_lax,
        is_out: vec![false; found.all.len()],
        weights: found.all.iter().map(weight).collect(),
        sums: vec![0; dom.nodes.len()],
        looks: RefCell::default(),
        teasers: 0,
    };
    finder.weigh();
    finder.acquit();
    finder.cards();
    finder.comments();
    finder.start();
    finder.weigh();
    let root = finder.root();
    let kept = finder.kept(root);
    let kept = finder.agreeing(kept);
    let above = finder.lead_above(&kept);
    let (teaser, kept) = finder.teaser(kept);
    let teaser = teaser.or(above);
    let kept = finder.without_repeated(kept);
    let text = join(dom, kept.iter().filter_map(|at| found.all.get(*at)));
    let story = Story {
        date: finder.shown_date(&kept),
        root: finder.root_with_title(root),
        teaser: teaser.filter(|teaser| !key(&text).starts_with(&key(teaser))),
        text,
    };
    let amount = kept.iter().map(|at| finder.weight(*at)).sum();
    // The page may show a part of the story only, or be made by scripts.
    if let Some(body) = stated::body(meta, &story.text) {
        let teaser = story
            .teaser
            .filter(|teaser| !key(&body).contains(&key(teaser)));
        let amount = body.len();
        return (
            Some(Story {
                teaser,
                text: body,
                ..story
            }),
            amount,
        );
    }
    let is_sold = amount < SOLD && label::is_sold(&story.text);
    if !is_sold && finder.is_story(amount, root, url, story.date.is_some()) {
        return (Some(story), amount);
    }
    let stated = stated::state(meta);
    let amount = stated.as_ref().map_or(0, String::len);
    (
        stated.map(|text| Story {
            text,
            teaser: None,
            ..story
        }),
        amount,
    )
}

/// Whether suspicious elements have so much of the text that they must be the story, compared with all that
/// could be it and with what stands free: a short story may have a long box after it.
fn is_most(mark: Mark, sum: usize, free: usize, total: usize) -> bool {
    match mark {
        Mark::Weak => sum * 100 >= total * 40,
        Mark::Strong => sum * 100 >= total * 60 && sum >= free * 5,
        Mark::Sure | Mark::Hidden => sum * 100 >= total * 90,
        Mark::Never => false,
    }
}

/// Returns how much a block looks like a paragraph of a story.
fn weight(block: &Block) -> usize {
    let is_paragraph = matches!(block.kind, Kind::Paragraph | Kind::Item);
    let is_long = block.length >= SENTENCE && block.text.contains(['.', '?', '!', ':', ','])
        || block.length >= SHORT_SENTENCE && is_sentence(&block.text);
    if is_paragraph && is_long && block.linked * 2 <= block.length {
        block.length - block.linked
    } else {
        0
    }
}

/// Whether a text is a sentence that is long enough to be none of the labels that end with a full stop.
fn is_sentence(text: &str) -> bool {
    ends_sentence(text) && text.split(' ').count() >= 4
}

/// Whether a text ends as a sentence does, and has some words.
fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '“', '”', '«', '»', '‹', '›', '\'', '’', ')']);
    text.ends_with(['.', '!', '?', '…']) && text.contains(' ')
}

impl<'a> Finder<'_, 'a> {
    fn block(&self, at: usize) -> Option<&Block> {
        self.found.all.get(at)
    }

    fn is_out(&self, at: usize) -> bool {
        self.is_out.get(at).copied().unwrap_or(true)
    }

    fn weight(&self, at: usize) -> usize {
        self.weights.get(at).copied().unwrap_or_default()
    }

    fn sum(&self, node: usize) -> usize {
        self.sums.get(node).copied().unwrap_or_default()
    }

    fn look(&self, node: usize) -> Look {
        let mut looks = self.looks.borrow_mut();
        if let Some(look) = looks.of.get(&node) {
            return *look;
        }
        let class = self.class(node);
        let next = looks.numbers.len();
        let look = *looks
            .numbers
            .entry((self.dom.node(node).tag, class))
            .or_insert(next);
        looks.of.insert(node, look);
        look
    }

    fn class(&self, node: usize) -> &'a str {
        let class = self.dom.attribute(node, "class").unwrap_or_default();
        class.get(..LONGEST_CLASS).unwrap_or(
            class
                .get(..0)
                .filter(|_| class.len() > LONGEST_CLASS)
                .unwrap_or(class),
        )
    }

    fn drop(&mut self, at: usize) {
        if let Some(is_out) = self.is_out.get_mut(at) {
            *is_out = true;
        }
        if let Some(weight) = self.weights.get_mut(at) {
            *weight = 0;
        }
    }

    /// Drops blocks in suspicious elements, unless those have so much of the page that they must be the story.
    ///
    /// Elements that look the same are judged together: the entries of a ticker are boxes, too.
    fn acquit(&mut self) {
        let suspects = &self.found.suspects;
        let mut sums = vec![0_usize; suspects.len() + 1];
        for (block, weight) in self.found.all.iter().zip(&self.weights) {
            if let Some(sum) = sums.get_mut(block.suspect) {
                *sum += weight;
            }
        }
        let free = sums.first().copied().unwrap_or_default();
        let total: usize = sums.iter().sum();
        // Inner ones come after outer ones.
        for (at, suspect) in suspects.iter().enumerate().rev() {
            let sum = sums.get(at + 1).copied().unwrap_or_default();
            if suspect.outer > 0
                && let Some(outer) = sums.get_mut(suspect.outer)
            {
                *outer += sum;
            }
        }
        let mut alike: FxHashMap<Look, usize> = FxHashMap::default();
        for (suspect, sum) in suspects.iter().zip(sums.iter().skip(1)) {
            if *sum > 0 {
                *alike.entry(self.look(suspect.node)).or_default() += sum;
            }
        }
        let title = self
            .title
            .block
            .and_then(|at| self.block(at))
            .map(|block| block.owner);
        // What says that it is the body of an article, and has much of the page.
        let bodies = self.found.bodies.iter().copied();
        let bodies: Vec<usize> = bodies
            .filter(|body| self.sum(*body) * 4 >= total && total > 0)
            .collect();
        let mut is_out = vec![false; suspects.len() + 1];
        // What is surely none does not count among what the others are compared with.
        let mut surely = 0;
        for sure in [true, false] {
            for (at, suspect) in suspects.iter().enumerate() {
                let outer = is_out.get(suspect.outer).copied().unwrap_or_default();
                let sum = sums.get(at + 1).copied().unwrap_or_default();
                let mut out = outer;
                if !outer && (suspect.mark >= Mark::Sure) == sure {
                    let all = alike.get(&self.look(suspect.node)).copied().unwrap_or(sum);
                    let body = bodies.get(bodies.partition_point(|body| *body < suspect.node));
                    let has = |part: Option<usize>| {
                        part.is_some_and(|part| self.dom.is_inside(part, suspect.node))
                    };
                    let is_story = sum > 0
                        && (has(title)
                            || has(body.copied())
                            || is_most(suspect.mark, all, free, total.saturating_sub(surely)));
                    out = !is_story && (sure || !self.is_lax);
                    surely += if out && sure { sum } else { 0 };
                }
                if let Some(place) = is_out.get_mut(at + 1) {
                    *place |= out;
                }
            }
        }
        // Where nearly nothing would be left, the weak signs say nothing.
        let is_dropped =
            |is_out: &[bool], block: &Block| is_out.get(block.suspect).copied().unwrap_or_default();
        let blocks = self.found.all.iter().zip(&self.weights);
        let left: usize = blocks
            .filter(|(block, _)| !is_dropped(&is_out, block))
            .map(|(_, weight)| weight)
            .sum();
        if left < REST && left * 4 < total.saturating_sub(surely) {
            for (at, suspect) in suspects.iter().enumerate() {
                let outer = is_out.get(suspect.outer).copied().unwrap_or_default();
                if let Some(place) = is_out.get_mut(at + 1) {
                    *place = outer || *place && suspect.mark > Mark::Weak;
                }
            }
        }
        for at in 0..self.found.all.len() {
            if self
                .block(at)
                .is_some_and(|block| is_dropped(&is_out, block))
            {
                self.drop(at);
            }
        }
    }

    /// Drops teasers of other articles: a heading that is a link, and what comes after it in its element. A heading
    /// that says what follows does so for all of its element.
    fn cards(&mut self) {
        let total: usize = self.weights.iter().sum();
        let mut card = None;
        let mut section = None;
        for at in 0..self.found.all.len() {
            let Some(block) = self.block(at) else { return };
            let is_in = |outer: Option<usize>| {
                outer.is_some_and(|outer| self.dom.is_inside(block.owner, outer))
            };
            if is_in(section) {
                self.drop(at);
                continue;
            }
            if !matches!(block.kind, Kind::Heading(_)) {
                if is_in(card) && self.weight(at) < TEASER + 100 {
                    self.drop(at);
                }
                continue;
            }
            let parents = self.dom.ancestors(block.owner);
            let mut parents = parents.skip_while(|at| {
                matches!(self.dom.node(*at).tag, Tag::Header | Tag::A | Tag::Hgroup)
            });
            let parent = parents.next();
            card = None;
            if self.title.block == Some(at) {
                continue;
            }
            if block.linked * 10 > block.length * 8 {
                let around = parent.into_iter().chain(parents).take(3);
                let mut items =
                    around.filter(|at| matches!(self.dom.node(*at).tag, Tag::Li | Tag::Article));
                // The headline of a post may be a link to itself.
                card = items
                    .next()
                    .or(parent)
                    .filter(|card| self.sum(*card) * 2 < total);
                self.teasers += usize::from(!self.is_out(at));
                self.drop(at);
            } else if is_label(block) {
                let title = self.title.block.and_then(|at| self.block(at));
                // The heading may have an element of its own.
                let mut around = parent.into_iter().chain(parents).take(3);
                section = around.find(|at| self.sum(*at) > 0).filter(|parent| {
                    self.sum(*parent) * 2 < total
                        && title.is_none_or(|title| !self.dom.is_inside(title.owner, *parent))
                });
                self.drop(at);
            }
        }
    }

    /// Drops what comes after the heading of the comments, if there is a story before it.
    fn comments(&mut self) {
        let start = self.title.block.unwrap_or(0);
        let mut before = 0;
        for at in start..self.found.all.len() {
            let is_heading = self.block(at).is_some_and(|block| {
                matches!(block.kind, Kind::Heading(_)) && is_comments(&block.text)
            });
            if is_heading && before >= 100 {
                (at..self.found.all.len()).for_each(|at| self.drop(at));
                return;
            }
            before += self.weight(at);
        }
    }

    /// Drops what comes before the headline, if the story comes after it.
    fn start(&mut self) {
        let Some(title) = self.title.block else {
            return;
        };
        let before: usize = self.weights.iter().take(title).sum();
        let after: usize = self.weights.iter().skip(title).sum();
        if after * 2 > before {
            (0..=title).for_each(|at| self.drop(at));
        } else {
            self.drop(title);
        }
    }

    fn weigh(&mut self) {
        self.sums.fill(0);
        for (block, weight) in self.found.all.iter().zip(&self.weights) {
            if let Some(sum) = self.sums.get_mut(block.owner) {
                *sum += weight;
            }
        }
        for node in (1..self.sums.len()).rev() {
            let sum = self.sum(node);
            if let Some(outer) = self.sums.get_mut(self.dom.node(node).parent) {
                *outer += sum;
            }
        }
    }

    /// Returns the article that has the headline if the page goes on with other articles, else the page.
    fn first_article(&self) -> usize {
        let title = self.title.block.and_then(|at| self.block(at));
        let article = title.and_then(|block| {
            let mut around = self.dom.ancestors(block.owner);
            around.find(|at| self.dom.node(*at).tag == Tag::Article)
        });
        let Some(article) = article.filter(|article| self.sum(*article) >= SHORTEST) else {
            return 0;
        };
        let others: usize = self
            .dom
            .children(self.dom.node(article).parent)
            .filter(|other| *other > article && self.dom.node(*other).tag == Tag::Article)
            .map(|other| self.sum(other))
            .sum();
        let outside = self.sum(0) - self.sum(article);
        if others * 10 >= outside * 9 {
            article
        } else {
            0
        }
    }

    /// Finds the element that has the story: down to where it splits, then up to what looks the same.
    fn root(&self) -> usize {
        let mut root = self.first_article();
        loop {
            let largest = self
                .dom
                .children(root)
                .max_by_key(|child| (self.sum(*child), std::cmp::Reverse(*child)));
            match largest {
                Some(child)
                    if self.sum(child) > 0
                        && self.sum(child) * 100 >= self.sum(root) * 75
                        && !is_line(self.dom.node(child).tag) =>
                {
                    root = child;
                }
                _ => break,
            }
        }
        // The first paragraphs may stand apart from the others, between these and the headline.
        if let Some(title) = self.title.block {
            let first = (title..self.found.all.len())
                .filter(|at| self.weight(*at) > 0)
                .filter_map(|at| self.block(at))
                .map(|block| block.owner)
                .next();
            if let Some(first) = first.filter(|first| !self.dom.is_inside(*first, root)) {
                root = self
                    .dom
                    .ancestors(root)
                    .find(|outer| self.dom.is_inside(first, *outer))
                    .unwrap_or(root);
            }
        }
        if self.class(root).is_empty() {
            return root;
        }
        // The parts of a story are often one element each, which look alike.
        let look = self.look(root);
        let alike = (0..self.found.all.len())
            .filter(|at| !self.is_out(*at))
            .filter_map(|at| {
                let block = self.block(at)?;
                let is_text = block.linked * 2 <= block.length && block.length > 20;
                let place = self.dom.node(self.line(block)).parent;
                (is_text && !self.dom.is_inside(place, root) && self.look(place) == look)
                    .then_some(place)
            });
        let places: Vec<usize> = alike.collect();
        let limit = self.dom.ancestors(root).take(4);
        let around =
            limit.filter(|outer| !matches!(self.dom.node(*outer).tag, Tag::Body | Tag::Html));
        let mut best = root;
        let mut holds = 0;
        for outer in around {
            let count = places
                .iter()
                .filter(|place| self.dom.is_inside(**place, outer))
                .count();
            if count > holds {
                holds = count;
                best = outer;
            }
        }
        best
    }

    /// Returns the element that a block is as a whole: its paragraph, its heading, its list.
    fn line(&self, block: &Block) -> usize {
        let outermost = |tags: &[Tag]| {
            std::iter::once(block.owner)
                .chain(self.dom.ancestors(block.owner))
                .take(6)
                .filter(|at| tags.contains(&self.dom.node(*at).tag))
                .last()
        };
        let line = match block.kind {
            Kind::Heading(_) => std::iter::once(block.owner)
                .chain(self.dom.ancestors(block.owner))
                .take(4)
                .find(|at| self.dom.node(*at).tag.heading().is_some()),
            Kind::Item => outermost(&[Tag::Ul, Tag::Ol, Tag::Dl]),
            Kind::Cell => outermost(&[Tag::Table]),
            Kind::Paragraph => outermost(&[Tag::Blockquote]),
        };
        line.unwrap_or(block.owner)
    }

    /// Returns the smallest element that has the story and its headline.
    fn root_with_title(&self, root: usize) -> usize {
        let Some(owner) = self
            .title
            .block
            .and_then(|at| self.block(at))
            .map(|block| block.owner)
        else {
            return root;
        };
        std::iter::once(root)
            .chain(self.dom.ancestors(root))
            .find(|at| self.dom.is_inside(owner, *at))
            .unwrap_or(root)
    }

    /// Returns the blocks of the story.
    fn kept(&self, root: usize) -> Vec<usize> {
        let inside: Vec<usize> = (0..self.found.all.len())
            .filter(|at| !self.is_out(*at))
            .filter(|at| {
                self.block(*at)
                    .is_some_and(|block| self.dom.is_inside(block.owner, root))
            })
            .collect();
        let places = self.places(&inside);
        let kept = inside
            .into_iter()
            .filter(|at| self.is_kept(*at, root, &places))
            .collect();
        self.trimmed(kept, &places)
    }

    /// Counts where the paragraphs among some blocks stand, and what they look like.
    fn places(&self, inside: &[usize]) -> Places<'_> {
        let mut places = Places::default();
        for at in inside {
            let Some(block) = self.block(*at) else {
                continue;
            };
            let line = self.line(block);
            let weight = self.weight(*at);
            if weight > 0 {
                places.total += weight;
                let place = self.look(self.dom.node(line).parent);
                *places.parents.entry(place).or_default() += weight;
                *places.looks.entry(self.look(line)).or_default() += weight;
            } else {
                let lines = places.lines.entry(self.look(line)).or_default();
                lines.insert(&block.text);
            }
            let (links, length) = places.links.entry(line).or_default();
            *links += block.linked;
            *length += block.length;
        }
        let share = |at: usize| {
            let outer = self.dom.node(self.line(self.block(at)?)).parent;
            Some((
                places.share(places.parents.get(&self.look(outer))),
                std::cmp::Reverse(outer),
            ))
        };
        if let Some((share, outer)) = inside.iter().filter_map(|at| share(*at)).max() {
            places.best = (outer.0, share);
        }
        places
    }

    /// Whether a block is among the first paragraphs after the headline.
    fn title_near(&self, at: usize) -> bool {
        let start = self.title.block.unwrap_or(0);
        (start..at)
            .filter(|before| self.weight(*before) > 0)
            .count()
            < 2
    }

    /// Whether a block in the root of the story is a part of it.
    fn is_kept(&self, at: usize, root: usize, places: &Places) -> bool {
        let Some(block) = self.block(at) else {
            return false;
        };
        let line = self.line(block);
        let links = places.links.get(&line);
        if block.linked * 2 > block.length
            || links.is_some_and(|(links, length)| links * 2 > *length)
            || is_label(block)
        {
            return false;
        }
        let place = places.share(places.parents.get(&self.look(self.dom.node(line).parent)));
        match block.kind {
            Kind::Heading(_) => true,
            // A box in the story: few paragraphs that stand in something of their own.
            Kind::Paragraph if self.weight(at) > 0 => {
                let outer = self.dom.node(line).parent;
                place >= BOX
                    || self.dom.node(line).tag == Tag::Blockquote
                    || places.best.1 < MOST
                    || self.dom.is_inside(places.best.0, outer)
                    || self.title_near(at)
            }
            _ if self.weight(at) > 0 => true,
            Kind::Item | Kind::Cell => place >= 10,
            // A line that looks like the paragraphs, or like other lines that do not all say the same.
            Kind::Paragraph => {
                let look = self.look(line);
                let is_direct = place >= 5 || self.dom.node(line).parent == root;
                let is_heading = block.length < LINE
                    && places.lines.get(&look).is_some_and(|lines| lines.len() > 1);
                is_direct && (places.share(places.looks.get(&look)) >= 20 || is_heading)
            }
        }
    }

    /// Drops what comes before the first and after the last paragraph of the story, and headings without text.
    fn trimmed(&self, mut kept: Vec<usize>, places: &Places) -> Vec<usize> {
        let is_text = |at: &usize| {
            self.weight(*at) > 0
                || self.block(*at).is_some_and(|block| {
                    block.kind == Kind::Paragraph
                        && places.share(places.looks.get(&self.look(self.line(block)))) >= 20
                        && ends_sentence(&block.text)
                })
        };
        let kind = |at: usize| self.block(at).map(|block| block.kind);
        let is_heading = |at: usize| matches!(kind(at), Some(Kind::Heading(_)));
        let mut end = kept.iter().rposition(is_text).map_or(0, |at| at + 1);
        // A list that the last paragraph announces.
        let announces = end.checked_sub(1).and_then(|at| self.block(*kept.get(at)?));
        if announces.is_some_and(|block| block.text.ends_with(':')) {
            let items = kept.iter().skip(end);
            end += items
                .take_while(|at| kind(**at) == Some(Kind::Item))
                .count();
        }
        kept.truncate(end);
        while let Some(at) = kept.last()
            && self.block(*at).is_some_and(is_closing)
        {
            kept.pop();
        }
        // Lines above the first paragraph belong to the story if later ones look like them: a time, a heading.
        let first = kept.iter().position(is_text).unwrap_or(0);
        let look = |at: usize| {
            self.block(at)
                .map(|block| (block.kind, self.look(self.line(block))))
        };
        let is_point = |at: usize| {
            self.block(at)
                .is_some_and(|block| block.kind == Kind::Item && block.length >= SHORT_SENTENCE)
        };
        let start = (0..first)
            .rev()
            .take_while(|before| {
                let at = kept.get(*before).copied().unwrap_or_default();
                // A summary in points, with its heading.
                let next = kept.get(*before + 1).copied().unwrap_or_default();
                is_point(at)
                    || is_heading(at) && is_point(next)
                    || kept
                        .iter()
                        .skip(first)
                        .any(|later| look(*later) == look(at))
            })
            .last()
            .unwrap_or(first);
        kept.drain(..start);
        let next = kept.iter().skip(1).copied().map(Some).chain([None]);
        let pairs: Vec<(usize, Option<usize>)> = kept.iter().copied().zip(next).collect();
        pairs
            .into_iter()
            .filter(|(at, next)| {
                !is_heading(*at) || next.is_none_or(|next| kind(next) != kind(*at))
            })
            .map(|(at, _)| at)
            .collect()
    }

    /// Drops what JSON-LD, which has the story as well, has not.
    fn agreeing(&self, kept: Vec<usize>) -> Vec<usize> {
        let Some(body) = self.meta.linked.body.as_deref() else {
            return kept;
        };
        let body = key(&stated::plain(body));
        // Each block is looked for in all of it.
        if kept.len().saturating_mul(body.len()) > SEARCH {
            return kept;
        }
        let weights: usize = kept.iter().map(|at| self.weight(*at)).sum();
        let is_stated: Vec<bool> = kept
            .iter()
            .map(|at| {
                self.block(*at)
                    .is_some_and(|block| body.contains(&key(&block.text)))
            })
            .collect();
        let stated: usize = kept
            .iter()
            .zip(&is_stated)
            .filter(|(_, is_stated)| **is_stated)
            .map(|(at, _)| self.weight(*at))
            .sum();
        if stated * 100 < weights * 70 {
            return kept;
        }
        // What comes after its end may be missing because it was cut.
        let last = is_stated
            .iter()
            .rposition(|is_stated| *is_stated)
            .unwrap_or(0);
        let ends = kept
            .get(last)
            .and_then(|at| self.block(*at))
            .is_some_and(|block| body.ends_with(&key(&block.text)));
        kept.iter()
            .enumerate()
            .filter(|(place, at)| {
                let is_text = self.weight(**at) > 0;
                !is_text || is_stated.get(*place) == Some(&true) || *place > last && !ends
            })
            .map(|(_, at)| *at)
            .collect()
    }

    /// Whether what was found is a story, and not what is left of another kind of page.
    fn is_story(&self, amount: usize, root: usize, url: Option<&str>, has_date: bool) -> bool {
        let title = self.title.text.as_deref().unwrap_or_default();
        let is_article = self.meta.says_article();
        if amount == 0 || label::is_error(title) && (!is_article || amount < 500) {
            return false;
        }
        if self.meta.linked.rank == 2 {
            return true;
        }
        let address = url.or(self.meta.canonical.as_deref());
        let is_start = address.is_some_and(|url| {
            let path = url
                .split_once("://")
                .map_or(url, |(_, rest)| rest)
                .split_once('/')
                .map_or("", |(_, path)| path);
            let (path, query) = path.split_once('?').unwrap_or((path, ""));
            let is_named = query.contains(|c: char| c.is_ascii_digit());
            let path = path.split('#').next().unwrap_or_default().trim_matches('/');
            !is_named && (path.is_empty() || path.starts_with("index."))
        });
        if is_start && (self.teasers > 2 || amount < 1000) {
            return false;
        }
        if is_article {
            return true;
        }
        if self.meta.says_other_kind() {
            return false;
        }
        if self.meta.linked.is_collection && (self.teasers > 2 || amount < 500)
            || self.meta.has_login && amount < 500
            || self.is_list(root)
        {
            return false;
        }
        if self.teasers >= 6 && amount < 500 {
            return false;
        }
        let mut around = std::iter::once(root).chain(self.dom.ancestors(root));
        let is_marked = around.any(|at| matches!(self.dom.node(at).tag, Tag::Article | Tag::Main));
        let all: usize = self.found.all.iter().map(|block| block.length).sum();
        // A heading, a date, an element that says so, or that the page has nothing else, tells a short notice from what
        // is left of another kind of page.
        let is_told = self.title.block.is_some() || has_date || is_marked || amount * 10 >= all * 8;
        amount >= if is_told { SHORT_SENTENCE } else { 250 }
    }

    /// Whether the story is a list of teasers: short articles side by side, each with a heading and a link.
    fn is_list(&self, root: usize) -> bool {
        let mut articles: FxHashMap<usize, (bool, bool)> = FxHashMap::default();
        for block in &self.found.all {
            if !self.dom.is_inside(block.owner, root) {
                continue;
            }
            let around = std::iter::once(block.owner).chain(self.dom.ancestors(block.owner));
            let mut around = around.take(6);
            let article = around.find(|at| self.dom.node(*at).tag == Tag::Article && *at > root);
            if let Some(article) = article.filter(|article| self.sum(*article) < TEASER) {
                let (has_heading, has_link) = articles.entry(article).or_default();
                *has_heading |= matches!(block.kind, Kind::Heading(_));
                *has_link |= block.linked * 10 > block.length * 8;
            }
        }
        articles
            .values()
            .filter(|(has_heading, has_link)| *has_heading && *has_link)
            .count()
            >= 3
    }

    /// Drops quotations that only repeat the story, and what stands there twice.
    fn without_repeated(&self, kept: Vec<usize>) -> Vec<usize> {
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        let once: Vec<usize> = kept
            .into_iter()
            .filter(|at| {
                self.block(*at)
                    .is_none_or(|block| block.length < SENTENCE || seen.insert(&block.text))
            })
            .collect();
        let length: usize = once.iter().map(|at| self.weight(*at)).sum();
        // Each quotation is looked for in all of the story.
        if once.len().saturating_mul(length) > SEARCH {
            return once;
        }
        let is_quotation = |at: usize| {
            self.block(at)
                .is_some_and(|block| self.dom.node(self.line(block)).tag == Tag::Blockquote)
        };
        let others: Vec<String> = once
            .iter()
            .filter(|at| !is_quotation(**at))
            .filter_map(|at| self.block(*at))
            .map(|block| key(&block.text))
            .collect();
        let repeats = |block: &Block| {
            // Who is quoted stands below the quotation.
            let said = key(block.text.lines().next().unwrap_or_default());
            said.len() >= SHORT_SENTENCE && others.iter().any(|other| other.contains(&said))
        };
        once.into_iter()
            .filter(|at| !is_quotation(*at) || !self.block(*at).is_some_and(repeats))
            .collect()
    }

    /// Takes the lead off the story.
    fn teaser(&self, mut kept: Vec<usize>) -> (Option<String>, Vec<usize>) {
        let weights: usize = kept.iter().map(|at| self.weight(*at)).sum();
        let mut rest = weights;
        let mut teaser: Vec<&Block> = Vec::new();
        let mut length = 0;
        for at in kept.iter().take(3) {
            let Some(block) = self.block(*at) else {
                break;
            };
            if self.is_lead(*at, block, &kept) {
                teaser.push(block);
            } else if block.length >= LINE || date::iso(&block.text).is_none() {
                break;
            }
            length += 1;
            rest -= self.weight(*at);
        }
        if rest < 100 || rest * 3 < weights {
            return (None, kept);
        }
        kept.drain(..length);
        let text = join(self.dom, teaser.into_iter());
        ((!text.is_empty()).then_some(text), kept)
    }

    /// Returns a lead between headline and story that is no part of what was kept.
    fn lead_above(&self, kept: &[usize]) -> Option<String> {
        let start = self.title.block? + 1;
        let between = self.found.all.get(start..*kept.first()?)?;
        let is_long_heading = |block: &Block| {
            matches!(block.kind, Kind::Heading(_))
                && block.length >= LEAD
                && (is_sentence(&block.text) || block.length >= LONG_LEAD)
        };
        let is_said = |block: &Block| block.length >= LEAD && self.said(&block.text);
        // What is called a teaser is one here, while elsewhere it is that of another article.
        let is_marked = |block: &Block| {
            let is_weak = |suspect: &Suspect| suspect.mark == Mark::Weak;
            self.is_marked(block)
                && is_sentence(&block.text)
                && self.found.around(block).all(is_weak)
        };
        between
            .iter()
            .zip(start..)
            .take(ABOVE)
            .filter(|(block, _)| block.linked == 0)
            .find(|(block, at)| {
                is_marked(block) || !self.is_out(*at) && (is_long_heading(block) || is_said(block))
            })
            .map(|(block, _)| block.text.clone())
    }

    /// Whether a block is marked as a lead, and is about all of what is marked.
    fn is_marked(&self, block: &Block) -> bool {
        let line = self.line(block);
        let mut leads = self.found.leads.iter();
        leads.any(|lead| self.dom.is_inside(line, *lead) && self.sum(*lead) <= 2 * block.length)
    }

    /// Whether the head of the page has a text as its description.
    fn said(&self, text: &str) -> bool {
        let descriptions = self
            .meta
            .descriptions
            .iter()
            .chain(&self.meta.linked.description);
        descriptions.into_iter().any(|said| {
            agreement(said, text) >= 60 || key(text).starts_with(&key(said)) && said.len() > 30
        })
    }

    /// Whether a block at the start of the story is its lead: it looks like none of the others, and is marked as
    /// a lead or is the description of the page.
    fn is_lead(&self, at: usize, block: &Block, kept: &[usize]) -> bool {
        let line = self.line(block);
        let look = |line: usize| (self.look(line), self.look(self.dom.node(line).parent));
        let mine = look(line);
        let is_other = !kept
            .iter()
            .filter(|other| **other > at)
            .filter_map(|other| Some((self.weight(*other), self.block(*other)?)))
            .filter(|(weight, other)| *weight > 0 || matches!(other.kind, Kind::Heading(_)))
            .map(|(_, other)| other)
            .any(|other| look(self.line(other)) == mine);
        let is_bold = |block: &Block| block.bold * 10 > block.length * 9;
        let is_only_bold = is_bold(block)
            && block.length >= SENTENCE
            && !kept
                .iter()
                .filter(|other| **other > at)
                .filter_map(|other| self.block(*other))
                .any(is_bold);
        is_only_bold
            || is_other
                && (self.is_marked(block)
                    || is_bold(block)
                    || matches!(block.kind, Kind::Heading(_)) && block.length >= LEAD
                    || self.said(&block.text))
    }

    /// Returns a date that stands near the headline, or with a label after the story.
    fn shown_date(&self, kept: &[usize]) -> Option<String> {
        let (first, last) = (*kept.first()?, *kept.last()?);
        let title = self.title.block.unwrap_or(first);
        // The first paragraphs may come before the date.
        let early = kept.get(3).copied().unwrap_or(last);
        let is_line = |at: usize| {
            self.block(at)
                .is_some_and(|block| block.length < LONGEST_DATE && !self.is_surely_out(block))
        };
        let date = |at: usize| date::iso(&self.block(at).filter(|_| is_line(at))?.text);
        (title..first)
            .find_map(date)
            .or_else(|| (title.saturating_sub(3)..title).rev().find_map(date))
            .or_else(|| (first..early).find_map(date))
            .or_else(|| {
                let after = last..(last + AFTER).min(self.found.all.len());
                after
                    .filter(|at| self.block(*at).is_some_and(|block| is_dated(&block.text)))
                    .find_map(date)
            })
    }

    /// Whether a block stands in something that surely is no part of the story.
    fn is_surely_out(&self, block: &Block) -> bool {
        self.found
            .around(block)
            .any(|suspect| suspect.mark >= Mark::Sure)
    }
}

/// Whether an element is a line of text, in which nothing splits.
fn is_line(tag: Tag) -> bool {
    tag.is_inline()
        || tag.heading().is_some()
        || matches!(tag, Tag::P | Tag::Li | Tag::Blockquote | Tag::Pre)
}
