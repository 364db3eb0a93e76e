//! The words that dates are written with, in lower case and without accents.

/// Returns the number of a month: German with the Austrian names, English, French, Italian, and what they are shortened to.
pub(super) fn month(word: &[u8]) -> Option<u32> {
    Some(match word {
        b"januar" | b"janner" | b"jaenner" | b"jan" | b"jaen" | b"january" | b"janvier"
        | b"janv" | b"gennaio" | b"genn" | b"gen" => 1,
        b"februar" | b"feber" | b"feb" | b"febr" | b"february" | b"fevrier" | b"fevr"
        | b"febbraio" | b"febb" => 2,
        b"marz" | b"maerz" | b"mar" | b"maer" | b"mrz" | b"march" | b"mars" | b"marzo" => 3,
        b"april" | b"apr" | b"avril" | b"avr" | b"aprile" => 4,
        b"mai" | b"may" | b"maggio" | b"magg" | b"mag" => 5,
        b"juni" | b"juno" | b"jun" | b"june" | b"juin" | b"giugno" | b"giu" => 6,
        b"juli" | b"julei" | b"jul" | b"july" | b"juillet" | b"juil" | b"luglio" | b"lug" => 7,
        b"august" | b"aug" | b"aout" | b"agosto" | b"ago" => 8,
        b"september" | b"sept" | b"sep" | b"septembre" | b"settembre" | b"sett" | b"set" => 9,
        b"oktober" | b"okt" | b"october" | b"oct" | b"octobre" | b"ottobre" | b"ott" => 10,
        b"november" | b"nov" | b"novembre" => 11,
        b"dezember" | b"dez" | b"december" | b"dec" | b"decembre" | b"dicembre" | b"dic" => 12,
        _ => return None,
    })
}

/// Returns the minutes by which a zone is ahead of UTC: those of RFC 5322 and of Europe.
///
/// Names that several zones share (`IST`, `ET`) are not here: their time is read without its zone.
pub(super) fn zone(word: &[u8]) -> Option<i32> {
    Some(match word {
        b"z" | b"gmt" | b"utc" | b"ut" | b"wez" | b"wet" => 0,
        b"mez" | b"cet" | b"met" | b"bst" | b"wesz" | b"west" => 60,
        b"mesz" | b"cest" | b"mest" | b"oez" | b"eet" => 120,
        b"oesz" | b"eest" | b"msk" => 180,
        b"edt" => -4 * 60,
        b"est" | b"cdt" => -5 * 60,
        b"cst" | b"mdt" => -6 * 60,
        b"mst" | b"pdt" => -7 * 60,
        b"pst" => -8 * 60,
        _ => return None,
    })
}

/// A zone after which an offset may follow: `GMT+0200`.
pub(super) fn is_universal(word: &[u8]) -> bool {
    matches!(word, b"gmt" | b"utc" | b"ut")
}

pub(super) fn is_german_weekday(word: &[u8]) -> bool {
    matches!(
        word,
        b"montag"
            | b"dienstag"
            | b"mittwoch"
            | b"donnerstag"
            | b"freitag"
            | b"samstag"
            | b"sonnabend"
            | b"sonntag"
            | b"mo"
            | b"di"
            | b"mi"
            | b"do"
            | b"fr"
            | b"sa"
            | b"so"
    )
}

pub(super) fn is_weekday(word: &[u8]) -> bool {
    is_german_weekday(word)
        || matches!(
            word,
            b"monday"
                | b"tuesday"
                | b"wednesday"
                | b"thursday"
                | b"friday"
                | b"saturday"
                | b"sunday"
                | b"mon"
                | b"tue"
                | b"tues"
                | b"wed"
                | b"thu"
                | b"thur"
                | b"thurs"
                | b"fri"
                | b"sat"
                | b"sun"
                | b"lundi"
                | b"mardi"
                | b"mercredi"
                | b"jeudi"
                | b"vendredi"
                | b"samedi"
                | b"dimanche"
                | b"lun"
                | b"mer"
                | b"jeu"
                | b"ven"
                | b"sam"
                | b"dim"
                | b"lunedi"
                | b"martedi"
                | b"mercoledi"
                | b"giovedi"
                | b"venerdi"
                | b"sabato"
                | b"domenica"
                | b"gio"
                | b"sab"
                | b"dom"
        )
}

/// What follows the day of a month: `6th`, `1er`.
pub(super) fn is_ordinal(word: &[u8]) -> bool {
    matches!(word, b"st" | b"nd" | b"rd" | b"th" | b"er")
}

/// What says that a number is a time: `8 Uhr`, `8h`.
pub(super) fn is_clock(word: &[u8]) -> bool {
    matches!(word, b"uhr" | b"h" | b"hrs" | b"hours")
}

/// What says that a number is a span of time: `6:30 min`, `3 Stunden`.
pub(super) fn is_duration(word: &[u8]) -> bool {
    matches!(
        word,
        b"min"
            | b"mins"
            | b"minute"
            | b"minuten"
            | b"minutes"
            | b"sek"
            | b"sekunden"
            | b"std"
            | b"stunden"
            | b"ago"
    )
}

/// What may be between a date and its time.
pub(super) fn is_joint(word: &[u8]) -> bool {
    is_weekday(word)
        || matches!(
            word,
            b"um"
                | b"at"
                | b"a"
                | b"alle"
                | b"ore"
                | b"uhrzeit"
                | b"zeit"
                | b"time"
                | b"am"
                | b"on"
                | b"den"
                | b"dem"
                | b"der"
                | b"vom"
                | b"the"
                | b"le"
                | b"il"
                | b"date"
                | b"datum"
        )
}

/// What a number follows that is no day.
pub(super) fn is_numbered(word: &[u8]) -> bool {
    matches!(
        word,
        b"nr"
            | b"nummer"
            | b"no"
            | b"number"
            | b"heft"
            | b"ausgabe"
            | b"issue"
            | b"vol"
            | b"band"
            | b"jahrgang"
            | b"seite"
            | b"page"
            | b"kw"
    )
}

/// What connects the two ends of a range.
pub(super) fn is_range(word: &[u8]) -> bool {
    matches!(
        word,
        b"bis" | b"und" | b"to" | b"and" | b"until" | b"au" | b"et" | b"al" | b"oder"
    )
}

/// What introduces the date of a change, or of a visit, which is not that of publication.
pub(super) fn is_change(word: &[u8]) -> bool {
    matches!(
        word,
        b"aktualisiert"
            | b"aktualisierung"
            | b"geandert"
            | b"geaendert"
            | b"anderung"
            | b"aenderung"
            | b"bearbeitet"
            | b"bearbeitung"
            | b"uberarbeitet"
            | b"ueberarbeitet"
            | b"erganzt"
            | b"ergaenzt"
            | b"korrigiert"
            | b"update"
            | b"updated"
            | b"updates"
            | b"modified"
            | b"changed"
            | b"edited"
            | b"revised"
            | b"corrected"
            | b"stand"
            | b"abgerufen"
            | b"accessed"
            | b"retrieved"
            | b"modifie"
            | b"actualise"
            | b"aggiornato"
    )
}

/// What introduces the date of publication.
pub(super) fn is_publication(word: &[u8]) -> bool {
    matches!(
        word,
        b"veroffentlicht"
            | b"veroeffentlicht"
            | b"veroffentlichung"
            | b"veroeffentlichung"
            | b"erstveroffentlichung"
            | b"erstveroeffentlichung"
            | b"erstveroffentlicht"
            | b"publiziert"
            | b"publikation"
            | b"erschienen"
            | b"erscheinungsdatum"
            | b"erscheinungstag"
            | b"erstellt"
            | b"erstellung"
            | b"eingestellt"
            | b"verfasst"
            | b"geschrieben"
            | b"online"
            | b"published"
            | b"publication"
            | b"publish"
            | b"posted"
            | b"created"
            | b"issued"
            | b"released"
            | b"filed"
            | b"written"
            | b"publie"
            | b"pubblicato"
            | b"datum"
            | b"date"
    )
}

/// What is part of a date or of its label, and says nothing more.
pub(super) fn is_label(word: &[u8]) -> bool {
    is_joint(word)
        || is_change(word)
        || is_publication(word)
        || is_clock(word)
        || is_duration(word)
        || is_ordinal(word)
        || zone(word).is_some()
        || matches!(
            word,
            b"t" | b"pm"
                | b"m"
                | b"p"
                | b"o"
                | b"von"
                | b"seit"
                | b"ab"
                | b"in"
                | b"im"
                | b"zuletzt"
                | b"letzte"
                | b"letztes"
                | b"erstmals"
                | b"last"
                | b"first"
                | b"of"
                | b"by"
                | b"und"
                | b"and"
                | b"et"
                | b"ortszeit"
                | b"lesezeit"
                | b"lesedauer"
                | b"central"
                | b"eastern"
                | b"european"
                | b"europe"
                | b"summer"
                | b"standard"
                | b"daylight"
                | b"coordinated"
                | b"universal"
                | b"greenwich"
                | b"mean"
                | b"mitteleuropaische"
                | b"mitteleuropaeische"
                | b"sommerzeit"
                | b"normalzeit"
                | b"koordinierte"
                | b"weltzeit"
        )
}
