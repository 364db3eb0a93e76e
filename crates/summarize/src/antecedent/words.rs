//! The words by which a German sentence refers to what was said before.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// How a word may refer to an earlier sentence, or what it does to the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// "er", "sie": the subject, which stands for somebody named before.
    Subject,
    /// "es", which often stands for nothing: "es gibt".
    It,
    /// "ihm", "ihnen": somebody named before, in the same sentence or not.
    Object,
    /// "sein", "ihre".
    Possessive,
    /// "dieser", "jene", "solche": the noun after it, or an earlier one.
    Demonstrative,
    /// "davon", "dabei": a thing or clause before it.
    Adverb,
    /// "jedoch", "ebenfalls": the statement before.
    Link,
    /// "und", "aber", "denn" as the first word: the statement before.
    Opener,
    /// "weitere", "andere", "ähnliche" among the first words: others of the same kind.
    Comparative,
    /// The definite article.
    Definite,
    /// "im", "zur": a preposition with the definite article.
    Fused,
    Indefinite,
    Preposition,
    /// Starts a subordinate clause as the first word: "als", "weil".
    Conjunction,
    /// A number as a word.
    Number,
}

use Class::{
    Adverb, Comparative, Conjunction, Definite, Fused, Indefinite, It, Link, Number, Object,
    Opener, Possessive, Preposition, Subject,
};

const CLASSES: &[(Class, &str)] = &[
    (Subject, "er sie"),
    (It, "es"),
    (Object, "ihm ihn ihnen"),
    (
        Possessive,
        "sein seine seinem seinen seiner seines ihr ihre ihrem ihren ihrer ihres dessen deren",
    ),
    (
        Class::Demonstrative,
        "dies diese diesem diesen dieser dieses jene jenem jenen jener jenes solche solchem solchen solcher solches \
         derartige derartigen derartiger letztere letzterem letzteren letzterer letzteres erstere ersteren ersterer \
         ersteres derselbe dieselbe dasselbe denselben demselben derselben desselben beide beiden beides ebendiese \
         ebendieser",
    ),
    (
        Adverb,
        "dabei dadurch dafür dagegen damit daran darauf daraus darin darüber darum davon davor dazu",
    ),
    (
        Link,
        "jedoch allerdings hingegen indes indessen unterdessen währenddessen dennoch trotzdem gleichwohl zudem außerdem \
         überdies ferner darüberhinaus ebenfalls ebenso gleichfalls daher deshalb deswegen demnach somit folglich \
         demzufolge stattdessen vielmehr anschließend sodann nämlich hierbei zuvor auch damals seither seitdem \
         vorher nachher tags infolgedessen demgegenüber andererseits einerseits dahinter danach daneben daraufhin darunter dazwischen hierdurch hierfür \
         hiermit hiervon hierzu hieran hierauf hieraus hierüber dort dorthin dorther hinzu dementsprechend schließlich zugleich \
         gleichzeitig zusätzlich insofern diesbezüglich",
    ),
    (
        Opener,
        "und aber doch denn oder so dann hier da zwar sonst also nun weiter immerhin zumindest letztlich später ansonsten \
         wiederum umgekehrt sogar",
    ),
    (
        Comparative,
        "weitere weiterer weiteren weiterem weiteres andere anderer anderen anderem anderes zweite zweiter zweiten \
         zweites übrige übrigen restliche restlichen ähnliche ähnlicher ähnlichen ähnliches genannte genannten \
         betroffene betroffenen besagte besagten entsprechende entsprechenden folgende folgenden nachfolgende \
         nachfolgenden jeweilige jeweiligen",
    ),
    (Definite, "der die das den dem des"),
    (Fused, "im am vom zum zur beim ins ans"),
    (
        Indefinite,
        "ein eine einem einen einer eines kein keine keinem keinen keiner",
    ),
    (
        Preposition,
        "an auf aus bei bis durch für gegen gegenüber hinter in mit nach neben ohne seit trotz über um unter von vor \
         wegen zu zwischen laut aufgrund angesichts wegen infolge anhand anlässlich während bezüglich hinsichtlich ab \
         entgegen entlang gemäß innerhalb außerhalb mithilfe mittels nahe per pro samt statt anstelle zugunsten",
    ),
    (
        Conjunction,
        "als weil wenn nachdem obwohl bevor obgleich nachdem sobald solange falls indem sofern",
    ),
    (
        Number,
        "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf hunderte tausende dutzende",
    ),
];

static CLASS: LazyLock<FxHashMap<&str, Class>> = LazyLock::new(|| map(CLASSES));

/// Returns the class of a word in lower case.
pub(super) fn class(word: &str) -> Option<Class> {
    CLASS.get(word).copied()
}

/// What a definite noun stands for if it was not mentioned before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// There is only one, or everybody knows which: "die Polizei".
    Unique,
    /// A date or a measure.
    Time,
    /// Somebody who was introduced by name or otherwise: "der Mann".
    Person,
    /// A body with a name: "das Institut".
    Body,
    /// A place with a name: "die Stadt".
    Place,
    /// What the article is about: "der Vorfall".
    Event,
    /// What the statement before is about: "die Vorwürfe".
    Statement,
}

const KINDS: &[(Kind, &str)] = &[
    (
        Kind::Unique,
        "polizei feuerwehr regierung bundesregierung landesregierung opposition armee militär bundeswehr bevölkerung \
         öffentlichkeit behörden staatsanwaltschaft bundesanwaltschaft justiz ermittler presse medien börse bundestag \
         bundesrat landtag parlament kongress bundeskanzler bundeskanzlerin bundespräsident papst welt erde sonne mond \
         himmel meer luft wasser natur umwelt klima wetter internet netz wirtschaft politik gesellschaft kirche \
         wissenschaft forschung kunst kultur sport musik markt weltmarkt westen osten norden süden nordwesten nordosten \
         südwesten südosten menschen menschheit bürger verbraucher beobachter kritiker anwohner augenzeugen autofahrer \
         koalition kommunen gewerkschaften parteien rettungskräfte einsatzkräfte landwirtschaft industrie zahl anzahl \
         mehrheit hälfte großteil teil grund ursache ziel folge kosten preis preise euro cent wahlbeteiligung temperaturen \
         nachfrage arbeitslosigkeit inflation umsatz gewinn eu uno union bundesamt bundesverfassungsgericht \
         bundesgerichtshof länder arbeitgeber arbeitnehmer wähler steuerzahler",
    ),
    (
        Kind::Time,
        "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag wochenende januar jänner februar märz \
         april mai juni juli august september oktober november dezember jahr jahre jahren jahres jahrzehnt jahrzehnte \
         jahrhundert monat monate monaten monats woche wochen tag tage tagen tages stunde stunden minute minuten sekunden \
         uhr morgen vormittag mittag nachmittag abend nacht anfang mitte ende zeit zeitpunkt vergangenheit zukunft \
         gegenwart laufe rahmen frühjahr sommer herbst winter vorjahr freitagabend samstagabend sonntagabend \
         montagabend dienstagabend mittwochabend donnerstagabend prozent mal alter dauer",
    ),
    (
        Kind::Person,
        "mann mannes frau junge jungen mädchen paar ehepaar politiker politikerin minister ministerin sprecher sprecherin \
         chef chefin vorsitzende vorsitzenden autor autorin künstler künstlerin schauspieler schauspielerin sänger \
         sängerin trainer trainerin spieler spielerin sportler sportlerin schriftsteller schriftstellerin regisseur \
         regisseurin präsident präsidentin kanzler kanzlerin ministerpräsident ministerpräsidentin bürgermeister \
         bürgermeisterin oberbürgermeister oberbürgermeisterin forscher forscherin wissenschaftler wissenschaftlerin \
         professor professorin unternehmer unternehmerin manager managerin angeklagte angeklagten verdächtige \
         verdächtigen beschuldigte beschuldigten tatverdächtige tatverdächtigen verurteilte verurteilten abgeordnete \
         abgeordneten senator senatorin gouverneur gouverneurin richter richterin anwalt anwältin verteidiger geistliche \
         geistlichen journalist journalistin fotograf musiker musikerin moderator moderatorin kandidat kandidatin \
         deutsche amerikaner franzose brite italiener spanier österreicher schweizer däne",
    ),
    (
        Kind::Body,
        "unternehmen unternehmens konzern konzerns firma partei verein vereins klub club organisation gewerkschaft institut \
         instituts verband verbands behörde bank zeitung sender senders magazin hersteller herstellers gericht gerichts \
         ministerium ministeriums universität hochschule stiftung gruppe mannschaft team band bündnis fraktion agentur \
         nachrichtenagentur fluggesellschaft airline betreiber anbieter veranstalter kommission ausschuss",
    ),
    (
        Kind::Place,
        "stadt stadtteil land landes insel ort ortes gemeinde region provinz gebiet gebiets hauptstadt kontinent staat \
         staates bundesland bundesstaat bundesstaates dorf metropole kreis landkreis bezirk",
    ),
    (
        Kind::Event,
        "vorfall vorfalls unfall unfalls unglück unglücks tat ereignis zwischenfall geschehen katastrophe anschlag anschlags \
         attentat angriff angriffs absturz explosion brand feuer beben erdbeben kollision zusammenstoß veranstaltung \
         treffen konferenz gespräche verhandlungen spiel partie wahl abstimmung urteil prozess demonstration streik \
         fall opfer verletzten toten täter fahrer passagiere insassen gelände unfallursache",
    ),
    (
        Kind::Statement,
        "vorwurf vorwürfe vorwürfen anschuldigung anschuldigungen aussage aussagen äußerung äußerungen forderung forderungen \
         vorschlag vorschläge entscheidung beschluss ankündigung begründung maßnahme maßnahmen regelung schritt schritte \
         vorhaben summe betrag ergebnis effekt problem probleme idee methode theorie annahme behauptung erlaubnis kritik \
         reaktion reaktionen plan pläne verbot änderung änderungen folgen angelegenheit sachlage situation vorgehen \
         vorgang verfahren projekt programm konzept hoffnung vermutung verdacht drohung warnung",
    ),
];

static KIND: LazyLock<FxHashMap<&str, Kind>> = LazyLock::new(|| map(KINDS));

/// Returns the kind of a noun in lower case.
pub(super) fn kind(noun: &str) -> Option<Kind> {
    let known = KIND.get(noun).copied();
    // "der 56-Jährige"
    known.or_else(|| {
        (noun.ends_with("jährige") || noun.ends_with("jährigen")).then_some(Kind::Person)
    })
}

/// Verbs after "es" that have no other subject, or whose subject follows: "es gibt", "es wurden drei Menschen verletzt".
pub(super) const IMPERSONAL: &[&str] = &[
    "gibt", "gab", "kam", "kommt", "kamen", "wird", "wurde", "wurden", "werden", "heißt", "hieß",
    "ist", "war", "waren", "sind", "sei", "seien", "geht", "ging", "bleibt", "blieb", "fehlt",
    "besteht", "bestand", "folgte", "folgten", "scheint", "schien", "soll", "sollen", "starben",
    "regnete", "schneite", "brannte", "habe", "hat", "hatte", "handle",
];

/// Finite verbs that may follow "das" as a pronoun and look like adjectives before a noun.
pub(super) const STATING: &[&str] = &[
    "sagte",
    "teilte",
    "erklärte",
    "meldete",
    "berichtete",
    "bestätigte",
    "kritisierte",
    "führte",
    "zeigte",
    "bedeutete",
    "forderte",
    "machte",
    "brachte",
    "reichte",
    "kostete",
    "nannte",
    "sorgte",
    "lehnte",
    "hatten",
    "waren",
    "wären",
    "hätten",
    "haben",
    "werden",
    "wurden",
    "wollen",
    "sollen",
    "können",
    "müssen",
    "dürfen",
    "wollte",
    "sollte",
    "konnte",
    "musste",
    "wurde",
    "würde",
    "würden",
    "sieht",
    "erfolgte",
    "betonte",
    "löste",
    "gelang",
    "ergab",
    "ergaben",
];

fn map<T: Copy>(lists: &[(T, &'static str)]) -> FxHashMap<&'static str, T> {
    let mut map = FxHashMap::default();
    for &(value, words) in lists {
        for word in words.split_whitespace() {
            map.entry(word).or_insert(value);
        }
    }
    map
}
