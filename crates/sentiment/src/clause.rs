//! How the words of a clause affect each other: negation, degree, contrast.

/// What a word does in its clause.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Role {
    /// Is good or bad.
    Polar(Polar),
    /// Negates the words within its reach.
    Negator,
    /// Is "weder", after which "noch" negates too.
    Neither,
    /// Negates, if "weder" came before.
    Nor,
    /// Cancels a negator directly before it: "nicht nur".
    Only,
    /// Multiplies the weight of the next words.
    Degree(f32),
    /// Starts a clause.
    Border,
}

/// A word of the lexicon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Polar {
    /// The number of the lexicon's entry.
    pub(crate) entry: u32,
    /// How good (above 0) or bad (below 0) it is here.
    pub(crate) weight: f32,
    /// Nouns are not negated by a negator that follows them.
    pub(crate) is_noun: bool,
}

impl Polar {
    pub(crate) fn times(self, factor: f32) -> Self {
        Self {
            weight: factor * self.weight,
            ..self
        }
    }
}

/// The grammatical words. They are few and form closed classes, so they are listed here.
pub(crate) const GRAMMAR: &[(Role, &str)] = &[
    (
        Role::Negator,
        "nicht kein keine keinem keinen keiner keines keinerlei ohne nie niemals niemand niemandem \
         niemanden nichts nirgends kaum keineswegs keinesfalls mitnichten",
    ),
    (Role::Neither, "weder"),
    (Role::Nor, "noch"),
    (Role::Only, "nur zuletzt allein bloß"),
    (
        Role::Degree(1.5),
        "sehr äußerst extrem besonders völlig total absolut überaus höchst enorm massiv massive massiver \
         massiven massives stark starke starken starker starkes schwer schwere schweren schwerer schweres \
         tief hoch zutiefst ausgesprochen außerordentlich ganz erheblich erhebliche erheblichen",
    ),
    (
        Role::Degree(0.6),
        "etwas leicht leichte leichten leichter leichtes wenig ziemlich teilweise eher geringfügig",
    ),
    (
        Role::Border,
        "aber doch jedoch sondern obwohl während weil denn dass wenn trotzdem dennoch",
    ),
];

/// How many words a negator reaches ahead.
const REACH: usize = 5;

/// How far an intensifier reaches: one word may stand between it and the word it modifies.
const DEGREE_REACH: usize = 2;

/// The factor of negation: "nicht gut" is bad, but less so than "schlecht".
pub(crate) const NEGATED: f32 = -0.6;

/// Reads sentences word by word and remembers the clause.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// The number of the next word.
    at: usize,
    /// The polar words of the sentence, with their numbers.
    found: Vec<(usize, Polar)>,
    /// How many of them are in clauses that have ended.
    ended: usize,
    /// The numbers of the clause's negators.
    negators: Vec<usize>,
    /// A factor, and the number of the last word it applies to.
    degree: Option<(f32, usize)>,
    /// "weder" was read.
    is_neither: bool,
}

impl Reader {
    /// Forgets the last sentence.
    pub(crate) fn start(&mut self) {
        self.at = 0;
        self.found.clear();
        self.ended = 0;
        self.degree = None;
        self.is_neither = false;
    }

    /// Reads a word, given its role if it has one.
    pub(crate) fn read(&mut self, role: Option<Role>) {
        match role {
            Some(Role::Polar(polar)) => self.polar(polar),
            Some(Role::Negator) => self.negate(),
            Some(Role::Neither) => {
                self.is_neither = true;
                self.negate();
            }
            Some(Role::Nor) if self.is_neither => self.negate(),
            Some(Role::Only) => _ = self.take_back(),
            Some(Role::Degree(factor)) => self.degree = Some((factor, self.at + DEGREE_REACH)),
            Some(Role::Border) => self.end_clause(),
            None | Some(Role::Nor) => {}
        }
        self.at += 1;
    }

    /// Returns the polar words of the sentence in order, with their weights in it.
    pub(crate) fn finish(&mut self) -> impl Iterator<Item = Polar> + '_ {
        self.end_clause();
        self.found.iter().map(|&(_, polar)| polar)
    }

    fn polar(&mut self, polar: Polar) {
        let degree = self.degree.take().filter(|&(_, last)| self.at <= last);
        let factor = degree.map_or(1.0, |(factor, _)| factor);
        self.found.push((self.at, polar.times(factor)));
    }

    /// Two negators side by side cancel out: "nicht ohne Erfolg".
    fn negate(&mut self) {
        if !self.take_back() {
            self.negators.push(self.at);
        }
    }

    /// Forgets the previous word if it is a negator, and tells whether it was.
    fn take_back(&mut self) -> bool {
        self.negators.pop_if(|last| *last + 1 == self.at).is_some()
    }

    /// Applies the negators of the clause.
    ///
    /// A negator stands before an adjective or a noun ("nicht gut", "kein Erfolg"), but after its verb
    /// ("das gefällt mir nicht"): if no polar word follows within its reach, it negates the nearest one before it
    /// that is not a noun ("er überlebte die Krise nicht" is not good news). The reach ends at the next negator.
    pub(crate) fn end_clause(&mut self) {
        let clause = &mut self.found[self.ended..];
        for (i, &negator) in self.negators.iter().enumerate() {
            let next = self.negators.get(i + 1).copied().unwrap_or(usize::MAX);
            let end = next.min(negator + REACH + 1);
            let split = clause.partition_point(|&(at, _)| at < negator);
            let (before, behind) = clause.split_at_mut(split);
            let reached = behind.partition_point(|&(at, _)| at < end);
            if reached > 0 {
                for (_, polar) in behind.iter_mut().take(reached) {
                    polar.weight *= NEGATED;
                }
            } else if let Some((_, polar)) = before.iter_mut().rfind(|(_, polar)| !polar.is_noun) {
                polar.weight *= NEGATED;
            }
        }
        self.negators.clear();
        self.ended = self.found.len();
    }
}
