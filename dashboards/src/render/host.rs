//! What the bundle asks of us while it draws: widths of text, the zone, the present, a log.

use chrono::{DateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use rquickjs::{Ctx, Function, Object};

use super::{Drawing, Fonts, Letters};

/// Gives the context its `leadhouseHost`; `web/vega/entry.js` says what each function is for.
pub(super) fn offer(ctx: &Ctx<'_>, drawing: &Drawing) -> rquickjs::Result<()> {
    let host = Object::new(ctx.clone())?;
    host.set("textWidth", Function::new(ctx.clone(), text_width)?)?;
    let zone = drawing.zone;
    host.set("offset", Function::new(ctx.clone(), move |ms: f64| offset_seconds(zone, ms))?)?;
    let now = milliseconds(drawing.now);
    host.set("now", Function::new(ctx.clone(), move || now)?)?;
    host.set("log", Function::new(ctx.clone(), log)?)?;
    ctx.globals().set("leadhouseHost", host)
}

#[expect(clippy::needless_pass_by_value, reason = "what a function of JavaScript is given is its own")]
fn text_width(text: String, size: f64, family: String, weight: String, style: String) -> f64 {
    let letters = Letters::css(size, &family, &weight, &style);
    Fonts::shared().width(&text, &letters)
}

/// Seconds east of UTC; moments that no calendar has are counted as UTC.
fn offset_seconds(zone: Tz, ms: f64) -> i32 {
    let moment = whole(ms).and_then(DateTime::<Utc>::from_timestamp_millis);
    moment.map_or(0, |moment| zone.offset_from_utc_datetime(&moment.naive_utc()).fix().local_minus_utc())
}

/// JavaScript counts milliseconds in floats; those of the calendar fit into 53 bits.
fn whole(ms: f64) -> Option<i64> {
    const LARGEST: f64 = 8.64e15;
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked, the fraction is less than a step")]
    (ms.abs() <= LARGEST).then_some(ms as i64)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of the calendar fit into 53 bits")]
fn milliseconds(moment: DateTime<Utc>) -> f64 {
    moment.timestamp_millis() as f64
}

/// Errors of Vega refuse the drawing; what comes here is for those who make specifications.
#[expect(clippy::needless_pass_by_value, reason = "what a function of JavaScript is given is its own")]
fn log(level: String, message: String) {
    let shortened: String = message.chars().take(500).collect();
    if level == "warn" {
        tracing::debug!(message = shortened, "vega warns");
    }
}
