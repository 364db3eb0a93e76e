//! The words by which German news say whose words follow.
//!
//! Sentiment tells what somebody says from what is said about them by these words; summaries tell speech with a named
//! speaker from speech without one. Each list is in lower case and separated by spaces.

/// Verbs that only report, in the third person: "sagte", "teilte … mit".
pub const REPORTING: &str = "sagte sagt sagten erklärte betonte teilte berichtete";

/// Their rarer forms, and verbs that add something to the report: a demand, a warning, a denial.
pub const CLAIMING: &str = "\
    erklärt erklärten betont betonten teilten mitteilte mitteilten berichtet berichteten meinte meint meinten twitterte \
    forderte fordert forderten warnte warnt warnten mahnte mahnten äußerte äußerten ergänzte ergänzten kündigte \
    kündigten bestätigte bestätigt bestätigten argumentierte argumentiert verlangte verlangten versicherte \
    versicherten behauptete behauptet behaupteten dementierte dementierten";

/// Nouns that name a source after "nach": "nach Angaben von Ida".
pub const NOUNS: &str = "angaben ansicht auffassung einschätzung meinung überzeugung darstellung";

/// The preposition before a source: "laut Ida".
pub const BEFORE: &str = "laut";

/// The postposition after a source: "Ida zufolge".
pub const AFTER: &str = "zufolge";

/// The word after a comma that names the speaker at the end: ", so Ida."
pub const SO: &str = "so";
