//! Speaks to `vega_lite_4`; the only module that knows its names.

use vega_lite_4::{
    AnyMark, Axis, ColorClass, ConditionalPredicateValueDefTextExprRefText, Def, EdEncoding, EncodingTooltip, Field,
    FontSize, Format, HeightUnion, LegendText, Mark, Nice, PointUnion, RemovableValue, Scale, SelectionInitInterval,
    Stack, StackOffset, StandardType, StringFieldDef, TextDef, TimeUnit, TimeUnitUnion, TitleUnion, Type, UrlData,
    UrlDataInlineDataset, Values, Vegalite, XClass, YClass,
};

use super::cells::{Drawn, Precision, key};
use super::roles::{Placed, Roles};
use super::{ChartKind, ColumnKind};

/// Size of the drawing area in pixels.
const WIDTH: f64 = 480.0;

/// Size of the drawing area in pixels.
const HEIGHT: f64 = 280.0;

/// Height of a figure's letters in pixels.
const FIGURE_SIZE: f64 = 48.0;

/// Numbers from here on are shortened on axes.
const LEAST_SHORTENED: f64 = 10_000.0;

/// Up to this many dates the axis names each one; a dozen fit side by side.
const MOST_NAMED_DATES: usize = 12;

/// Assembles the specification.
pub(super) fn specify(kind: ChartKind, title: &str, roles: &Roles<'_>, drawn: Drawn) -> Vegalite {
    // Left to itself the axis sets ticks between a few dates and writes the same month twice.
    let named = drawn.moments.len() <= MOST_NAMED_DATES;
    let dates: Vec<String> = if named { drawn.moments.iter().cloned().collect() } else { Vec::new() };
    let Drawn { whole_numbers, greatest, precision, .. } = drawn;
    let formats = Formats { whole_numbers, greatest, precision, dates: &dates };
    let empty = drawn.rows.iter().all(|row| row[key(roles.measure)].is_null());
    Vegalite {
        schema: Some("https://vega.github.io/schema/vega-lite/v4.json".to_owned()),
        title: Some(TitleUnion::String(title.to_owned())),
        description: Some(description(kind, title, roles)),
        width: Some(HeightUnion::Double(WIDTH)),
        height: Some(HeightUnion::Double(HEIGHT)),
        mark: Some(mark(kind)),
        encoding: Some(Box::new(match roles.dimension {
            None => figure(roles.measure, formats, empty),
            Some(dimension) => drawing(kind, roles, dimension, formats),
        })),
        data: RemovableValue::Specified(UrlData {
            values: Some(UrlDataInlineDataset::UnionArray(drawn.rows)),
            ..UrlData::default()
        }),
        ..Vegalite::default()
    }
}

/// How numbers and dates are written, as d3 format strings.
#[derive(Debug, Clone, Copy)]
struct Formats<'a> {
    whole_numbers: bool,
    greatest: f64,
    precision: Precision,
    /// The dates that the axis names; empty when it should choose.
    dates: &'a [String],
}

impl Formats<'_> {
    /// In full, for tooltips and figures: `10,005,534` or `0.25`.
    fn number(self) -> &'static str {
        if self.whole_numbers { ",.0f" } else { ",.2f" }
    }

    /// Short, for axes: `2.5M`, but `0.25` and not `250m`.
    fn tick(self) -> &'static str {
        if self.greatest >= LEAST_SHORTENED { "~s" } else { ",~f" }
    }

    fn date(self) -> &'static str {
        match self.precision {
            Precision::Year => "%Y",
            Precision::Month => "%b %Y",
            Precision::Day => "%d %b %Y",
            Precision::Minute => "%d %b %Y %H:%M",
        }
    }

    fn of(self, kind: ColumnKind) -> Option<Format> {
        match kind {
            ColumnKind::Quantitative => Some(Format::String(self.number().to_owned())),
            ColumnKind::Temporal => Some(Format::String(self.date().to_owned())),
            ColumnKind::Nominal => None,
        }
    }
}

/// Says in words what is drawn, for those who cannot see it.
fn description(kind: ChartKind, title: &str, roles: &Roles<'_>) -> String {
    let mut words = format!("{title}: {kind} of {}", roles.measure.column.label);
    for (joint, placed) in [(" by ", roles.dimension), (" and ", roles.series)] {
        if let Some(placed) = placed {
            words.push_str(joint);
            words.push_str(&placed.column.label);
        }
    }
    words
}

fn mark(kind: ChartKind) -> AnyMark {
    match kind {
        ChartKind::Bar | ChartKind::Funnel => AnyMark::Enum(Mark::Bar),
        ChartKind::Area => AnyMark::Enum(Mark::Area),
        // Points show a line that consists of one date, and are easier to hover over.
        ChartKind::Line => {
            AnyMark::Def(Def { def_type: Some(Mark::Line), point: Some(PointUnion::Bool(true)), ..Def::default() })
        }
        ChartKind::Kpi => AnyMark::Def(Def {
            def_type: Some(Mark::Text),
            font_size: Some(FontSize::Double(FIGURE_SIZE)),
            ..Def::default()
        }),
    }
}

fn figure(measure: Placed<'_>, formats: Formats<'_>, empty: bool) -> EdEncoding {
    let text = if empty {
        let words = ConditionalPredicateValueDefTextExprRefText::String("no data".to_owned());
        TextDef { value: Some(words), ..TextDef::default() }
    } else {
        TextDef {
            field: Some(field(measure)),
            text_def_type: Some(Type::Quantitative),
            format: formats.of(ColumnKind::Quantitative),
            ..TextDef::default()
        }
    };
    EdEncoding { text: Some(text), ..EdEncoding::default() }
}

fn drawing(kind: ChartKind, roles: &Roles<'_>, dimension: Placed<'_>, formats: Formats<'_>) -> EdEncoding {
    let shown = [Some(dimension), roles.series, Some(roles.measure)];
    let tooltip = shown.into_iter().flatten().map(|placed| tooltip(placed, formats)).collect();
    let encoding = EdEncoding {
        tooltip: Some(EncodingTooltip::StringFieldDefArray(tooltip)),
        color: roles.series.map(color),
        ..EdEncoding::default()
    };
    let stack = match kind {
        ChartKind::Bar | ChartKind::Area => Some(Stack::Enum(StackOffset::Zero)),
        ChartKind::Funnel => Some(Stack::Enum(StackOffset::Center)),
        ChartKind::Line | ChartKind::Kpi => None,
    };
    let names_down = dimension.column.kind == ColumnKind::Nominal && matches!(kind, ChartKind::Bar | ChartKind::Funnel);
    let (across, down) = if names_down { (roles.measure, dimension) } else { (dimension, roles.measure) };
    EdEncoding {
        x: Some(XClass {
            field: Some(field(across)),
            position_def_type: Some(vega_type(across)),
            title: title(across),
            axis: axis(kind, across, formats),
            sort: row_order(across),
            scale: scale(kind),
            time_unit: time_unit(across, formats),
            stack: stack.clone().filter(|_| names_down),
            ..XClass::default()
        }),
        y: Some(YClass {
            field: Some(field(down)),
            position_def_type: Some(vega_type(down)),
            title: title(down),
            axis: axis(kind, down, formats),
            sort: row_order(down),
            stack: stack.filter(|_| !names_down),
            ..YClass::default()
        }),
        ..encoding
    }
}

fn color(series: Placed<'_>) -> ColorClass {
    ColorClass {
        field: Some(field(series)),
        mark_prop_def_gradient_string_null_type: Some(vega_type(series)),
        title: title(series),
        sort: row_order(series),
        ..ColorClass::default()
    }
}

fn tooltip(placed: Placed<'_>, formats: Formats<'_>) -> StringFieldDef {
    StringFieldDef {
        field: Some(field(placed)),
        string_field_def_type: Some(match placed.column.kind {
            ColumnKind::Quantitative => StandardType::Quantitative,
            ColumnKind::Temporal => StandardType::Temporal,
            ColumnKind::Nominal => StandardType::Nominal,
        }),
        title: title(placed),
        format: formats.of(placed.column.kind),
        ..StringFieldDef::default()
    }
}

/// A funnel's widths need no axis at all.
fn axis(kind: ChartKind, placed: Placed<'_>, formats: Formats<'_>) -> RemovableValue<Axis> {
    let format = match placed.column.kind {
        ColumnKind::Quantitative if kind == ChartKind::Funnel => return RemovableValue::Remove,
        ColumnKind::Quantitative => Format::String(formats.tick().to_owned()),
        ColumnKind::Temporal => Format::String(formats.date().to_owned()),
        ColumnKind::Nominal => return RemovableValue::Default,
    };
    let values = (placed.column.kind == ColumnKind::Temporal && !formats.dates.is_empty())
        .then(|| Values::UnionArray(formats.dates.iter().cloned().map(SelectionInitInterval::String).collect()));
    RemovableValue::Specified(Axis { format: Some(format), values, ..Axis::default() })
}

/// Round ends of the axis would push a funnel out of the middle.
fn scale(kind: ChartKind) -> RemovableValue<Scale> {
    if kind == ChartKind::Funnel {
        return RemovableValue::Specified(Scale { nice: Some(Nice::Bool(false)), ..Scale::default() });
    }
    RemovableValue::Default
}

/// Names stay in the order of the rows; Vega would sort them by the alphabet.
fn row_order<T: Clone>(placed: Placed<'_>) -> RemovableValue<T> {
    match placed.column.kind {
        ColumnKind::Nominal => RemovableValue::Remove,
        ColumnKind::Quantitative | ColumnKind::Temporal => RemovableValue::Default,
    }
}

/// The unit makes a bar as wide as its month.
fn time_unit(placed: Placed<'_>, formats: Formats<'_>) -> Option<TimeUnitUnion> {
    (placed.column.kind == ColumnKind::Temporal).then_some(TimeUnitUnion::Enum(match formats.precision {
        Precision::Year => TimeUnit::Year,
        Precision::Month => TimeUnit::Yearmonth,
        Precision::Day => TimeUnit::Yearmonthdate,
        Precision::Minute => TimeUnit::Yearmonthdatehoursminutes,
    }))
}

fn field(placed: Placed<'_>) -> Field {
    Field::String(key(placed))
}

fn title(placed: Placed<'_>) -> RemovableValue<LegendText> {
    RemovableValue::Specified(LegendText::String(placed.column.label.clone()))
}

fn vega_type(placed: Placed<'_>) -> Type {
    match placed.column.kind {
        ColumnKind::Quantitative => Type::Quantitative,
        ColumnKind::Temporal => Type::Temporal,
        ColumnKind::Nominal => Type::Nominal,
    }
}
