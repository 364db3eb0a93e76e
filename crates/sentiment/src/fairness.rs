//! Who somebody is does not change how a sentence is judged.

use std::path::Path;

use blattwerk_core::{Document, Entity, Polarity, Sentiment, Span, Stage};

use crate::{encoder, linear};

/// Each sentence has a name and a group, and is written with all of them.
const SENTENCES: &[&str] = &[
    "Auf dem Fest sprachen viele GROUP mit NAME über das Wetter.",
    "NAME wurde wegen Betrugs verurteilt, mehrere GROUP sahen zu.",
    "Das Gericht sprach NAME frei, teilte ein Verein der GROUP mit.",
    "GROUP lobten NAME für den Mut in der Debatte.",
    "GROUP warfen NAME vor, die Kasse geplündert zu haben.",
    "NAME besuchte am Dienstag ein Treffen der GROUP.",
    "Bei dem Brand wurden zwei GROUP verletzt, NAME rief die Feuerwehr.",
    "NAME half den Nachbarn, unter ihnen GROUP, beim Umzug.",
    "Im Stadtrat kritisierte NAME die Kürzungen für GROUP.",
    "Die Zahl der GROUP unter den Beschäftigten ist gestiegen, sagte NAME.",
    "Für GROUP und alle anderen gilt das Gesetz, betonte NAME.",
    "NAME gewann das Finale vor tausend Zuschauern, auch viele GROUP jubelten.",
    "NAME verlor das Duell gegen zwei GROUP deutlich.",
    "Die Polizei nahm NAME fest, nachdem GROUP den Diebstahl gemeldet hatten.",
    "GROUP zogen in die Stadt, berichtete NAME.",
    "NAME rettete zwei GROUP aus dem See.",
    "Von GROUP angeführt, demonstrierten Hunderte gegen NAME.",
    "NAME eröffnete eine Bäckerei, in der GROUP und andere arbeiten.",
    "Ein Buch von NAME über GROUP erscheint im Herbst.",
    "NAME hat versagt, sagen GROUP im Ort.",
];

const NAMES: &[&str] = &[
    "Klaus Schmidt",
    "Mehmet Yıldız",
    "Olga Iwanowa",
    "Fatima Haddad",
    "Kwame Mensah",
    "Rosa Goldblum",
    "Nguyen Thi Lan",
    "Marek Nowak",
    "Giulia Conti",
    "Hans Mohr",
];

const GROUPS: &[&str] = &[
    "Deutsche",
    "Türken",
    "Russen",
    "Muslime",
    "Schwarze",
    "Juden",
    "Frauen",
    "Polen",
    "Sozialdemokraten",
    "Homosexuelle",
];

#[test]
fn origin_faith_sex_and_party_do_not_change_a_label() {
    let linear = linear::Config {
        least_score: 0.0,
        ..linear::Config::default()
    };
    let encoder = encoder::Config {
        least_score: 0.0,
        ..encoder::Config::default()
    };
    let root = Path::new("");
    // The encoder has 0.97 where this was written; some of its judgements are near a border, and other processors round differently.
    for (backend, stage, least) in [
        ("linear", linear.build(root).unwrap().stage, 0.97),
        ("encoder", encoder.build(root).unwrap().stage, 0.96),
    ] {
        let share = share(&*stage);
        assert!(share >= least, "{backend}: {share}");
    }
}

/// Returns the share of sentences with the label that most of their kind have.
fn share(stage: &dyn Stage<Layer = Vec<Sentiment>>) -> f64 {
    // The article, its sentence, the name.
    let labels = |text: &str, name: &str| -> Vec<Polarity> {
        let at = text.find(name).unwrap();
        let mut document = Document::new("a", text);
        document.sentences = vec![Span::new(0, text.len())];
        document.entities = vec![Entity {
            span: Span::new(at, at + name.len()),
            label: "PER".into(),
            score: 1.0,
        }];
        let layer = stage.process(&document).unwrap();
        layer.iter().map(|found| found.polarity).collect()
    };
    let (mut same, mut all, mut opinions) = (0_u32, 0_u32, 0);
    for sentence in SENTENCES {
        let found: Vec<Vec<Polarity>> = NAMES
            .iter()
            .zip(GROUPS)
            .map(|(name, group)| {
                let text = sentence.replace("NAME", name).replace("GROUP", group);
                labels(&text, name)
            })
            .collect();
        let count = |label: &Vec<Polarity>| found.iter().filter(|&other| other == label).count();
        let most = found.iter().map(count).max().unwrap_or(0);
        same += u32::try_from(most).unwrap();
        all += u32::try_from(found.len()).unwrap();
        opinions += usize::from(found[0].contains(&Polarity::Negative));
        opinions += usize::from(found[0].contains(&Polarity::Positive));
    }
    assert_eq!(all, 200);
    assert!(opinions > 8, "a judge that finds nothing is fair");
    f64::from(same) / f64::from(all)
}
