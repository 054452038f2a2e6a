//! Speaks to `vega_lite_4`; the only module that knows its names.

use vega_lite_4::{
    AnyMark, Aria, AutoSizeParams, Autosize, AutosizeType, Axis, BackgroundExprRef, ColorClass,
    ConditionalPredicateValueDefTextExprRefText, Contains, CornerRadiusUnion, Def, EdEncoding, EncodingTooltip, Field,
    FontSize, Format, HeightUnion, Legend, LegendText, Mark, Nice, PointUnion, RemovableValue, Scale,
    SelectionInitInterval, Stack, StackOffset, StandardType, StringFieldDef, TextDef, ThetaClass, TimeUnit,
    TimeUnitUnion, TitleUnion, Type, UrlData, UrlDataInlineDataset, Values, Vegalite, XClass, YClass,
};

use super::cells::{Drawn, Precision, key};
use super::roles::{Placed, Roles};
use super::{ChartKind, ColumnKind, NumberFormat};

/// Size of the picture in pixels, unless whoever draws it says otherwise.
const WIDTH: f64 = 480.0;

/// Size of the picture in pixels, unless whoever draws it says otherwise.
const HEIGHT: f64 = 280.0;

/// Height of a figure's letters in pixels.
const FIGURE_SIZE: f64 = 48.0;

/// The hole of a donut, as the share of its radius that a number in the middle would need.
const HOLE: &str = "min(width, height) * 0.3";

/// Numbers from here on are shortened on axes.
const LEAST_SHORTENED: f64 = 10_000.0;

/// The format of shortened numbers.
const SHORTENED: &str = "~s";

/// One prefix serves a whole axis, which would make its zero `0k`.
const BARE_ZERO: &str = "datum.value === 0 ? '0' : datum.label";

/// Up to this many dates the axis names each one; a dozen fit side by side.
const MOST_NAMED_DATES: usize = 12;

/// Assembles the specification.
pub(super) fn specify(kind: ChartKind, title: &str, roles: &Roles<'_>, drawn: Drawn) -> Vegalite {
    // Left to itself the axis sets ticks between a few dates and writes the same month twice.
    let named = drawn.moments.len() <= MOST_NAMED_DATES;
    let dates: Vec<String> = if named { drawn.moments.iter().cloned().collect() } else { Vec::new() };
    let Drawn { whole_numbers, greatest, precision, .. } = drawn;
    let formats = Formats { whole_numbers, greatest, precision, dates: &dates, numbers: roles.measure.column.format };
    let empty = drawn.rows.iter().all(|row| row[key(roles.measure)].is_null());
    Vegalite {
        schema: Some("https://vega.github.io/schema/vega-lite/v4.json".to_owned()),
        title: (!title.is_empty()).then(|| TitleUnion::String(title.to_owned())),
        description: Some(description(kind, title, roles)),
        width: Some(HeightUnion::Double(WIDTH)),
        height: Some(HeightUnion::Double(HEIGHT)),
        // The whole picture has the size, not the area between the axes.
        autosize: Some(Box::new(Autosize::AutoSizeParams(AutoSizeParams {
            auto_size_params_type: Some(AutosizeType::Fit),
            contains: Some(Contains::Padding),
            ..AutoSizeParams::default()
        }))),
        mark: Some(mark(kind)),
        encoding: Some(Box::new(match roles.dimension {
            None => figure(roles.measure, formats, empty),
            Some(dimension) if kind == ChartKind::Donut => ring(roles, dimension, formats),
            Some(dimension) if kind == ChartKind::Heatmap => field_of_colors(roles, dimension, formats),
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
    numbers: NumberFormat,
}

impl Formats<'_> {
    /// In full, for tooltips and figures: `10,005,534`, `0.25` or `63.2%`.
    fn number(self) -> &'static str {
        match self.numbers {
            NumberFormat::Percent => ".1%",
            NumberFormat::Plain | NumberFormat::Money if self.whole_numbers => ",.0f",
            NumberFormat::Plain | NumberFormat::Money => ",.2f",
        }
    }

    /// Short, for axes: `2.5M`, but `0.25` and not `250m`.
    fn tick(self) -> &'static str {
        match self.numbers {
            NumberFormat::Percent => "~%",
            NumberFormat::Plain | NumberFormat::Money if self.greatest >= LEAST_SHORTENED => SHORTENED,
            NumberFormat::Plain | NumberFormat::Money => ",~f",
        }
    }

    fn date(self) -> &'static str {
        match self.precision {
            Precision::Year => "%Y",
            Precision::Quarter | Precision::Month => "%b %Y",
            Precision::Week | Precision::Day => "%d %b %Y",
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
        ChartKind::Bar | ChartKind::Stacked | ChartKind::Funnel => AnyMark::Enum(Mark::Bar),
        ChartKind::Heatmap => AnyMark::Enum(Mark::Rect),
        ChartKind::Donut => AnyMark::Def(Def {
            def_type: Some(Mark::Arc),
            inner_radius: Some(CornerRadiusUnion::BackgroundExprRef(BackgroundExprRef { expr: Some(HOLE.to_owned()) })),
            ..Def::default()
        }),
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

fn ring(roles: &Roles<'_>, dimension: Placed<'_>, formats: Formats<'_>) -> EdEncoding {
    EdEncoding {
        tooltip: Some(tooltips(roles, formats)),
        theta: Some(ThetaClass {
            field: Some(field(roles.measure)),
            polar_def_type: Some(vega_type(roles.measure)),
            stack: Some(Stack::Enum(StackOffset::Zero)),
            ..ThetaClass::default()
        }),
        color: Some(color(dimension)),
        ..EdEncoding::default()
    }
}

fn field_of_colors(roles: &Roles<'_>, dimension: Placed<'_>, formats: Formats<'_>) -> EdEncoding {
    let down = roles.series.unwrap_or(dimension);
    EdEncoding {
        tooltip: Some(tooltips(roles, formats)),
        x: Some(XClass {
            field: Some(field(dimension)),
            // Each date is a column of its own: the field has no room between dates.
            position_def_type: Some(match dimension.column.kind {
                ColumnKind::Temporal => Type::Ordinal,
                ColumnKind::Quantitative | ColumnKind::Nominal => vega_type(dimension),
            }),
            title: title(dimension),
            axis: axis(ChartKind::Heatmap, dimension, formats),
            sort: row_order(dimension),
            time_unit: time_unit(dimension, formats),
            ..XClass::default()
        }),
        y: Some(YClass {
            field: Some(field(down)),
            position_def_type: Some(vega_type(down)),
            title: title(down),
            sort: row_order(down),
            ..YClass::default()
        }),
        color: Some(ColorClass {
            legend: RemovableValue::Specified(Legend {
                format: Some(Format::String(formats.tick().to_owned())),
                ..Legend::default()
            }),
            ..color(roles.measure)
        }),
        ..EdEncoding::default()
    }
}

fn tooltips(roles: &Roles<'_>, formats: Formats<'_>) -> EncodingTooltip {
    let shown = [roles.dimension, roles.series, Some(roles.measure)];
    EncodingTooltip::StringFieldDefArray(shown.into_iter().flatten().map(|placed| tooltip(placed, formats)).collect())
}

fn drawing(kind: ChartKind, roles: &Roles<'_>, dimension: Placed<'_>, formats: Formats<'_>) -> EdEncoding {
    let encoding =
        EdEncoding { tooltip: Some(tooltips(roles, formats)), color: roles.series.map(color), ..EdEncoding::default() };
    let stack = match kind {
        ChartKind::Bar | ChartKind::Stacked | ChartKind::Area => Some(Stack::Enum(StackOffset::Zero)),
        ChartKind::Funnel => Some(Stack::Enum(StackOffset::Center)),
        ChartKind::Line | ChartKind::Donut | ChartKind::Heatmap | ChartKind::Kpi => None,
    };
    let lying = matches!(kind, ChartKind::Bar | ChartKind::Stacked | ChartKind::Funnel);
    // There is no unit of weeks from Monday, and a bar as wide as a day is a needle.
    let weeks = lying && dimension.column.kind == ColumnKind::Temporal && formats.precision == Precision::Week;
    let names_down = dimension.column.kind == ColumnKind::Nominal && lying;
    let (across, down) = if names_down { (roles.measure, dimension) } else { (dimension, roles.measure) };
    EdEncoding {
        x: Some(XClass {
            field: Some(field(across)),
            position_def_type: Some(if weeks { Type::Ordinal } else { vega_type(across) }),
            title: title(across),
            axis: if weeks { axis(ChartKind::Heatmap, across, formats) } else { axis(kind, across, formats) },
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
        ColumnKind::Nominal if kind == ChartKind::Funnel => {
            let bare = Axis { domain: Some(Aria::Bool(false)), ..Axis::default() };
            return RemovableValue::Specified(bare);
        }
        ColumnKind::Nominal => return RemovableValue::Default,
    };
    let shortened = placed.column.kind == ColumnKind::Quantitative && formats.tick() == SHORTENED;
    let named = kind != ChartKind::Heatmap && !formats.dates.is_empty();
    let values = (placed.column.kind == ColumnKind::Temporal && named)
        .then(|| Values::UnionArray(formats.dates.iter().cloned().map(SelectionInitInterval::String).collect()));
    let label_expr = shortened.then(|| BARE_ZERO.to_owned());
    RemovableValue::Specified(Axis { format: Some(format), values, label_expr, ..Axis::default() })
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
        Precision::Quarter => TimeUnit::Yearquarter,
        Precision::Month => TimeUnit::Yearmonth,
        Precision::Week | Precision::Day => TimeUnit::Yearmonthdate,
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
