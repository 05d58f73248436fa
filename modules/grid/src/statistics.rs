//! Figures of grid governance, counted from the incidents.

use chrono::{DateTime, Duration};
use jizuo_kernel::module::{Figure, Labels, Period, Statistic, Work};
use jizuo_kernel::statistics::count_by;
use jizuo_kernel::{Ctx, Text};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};

use crate::care::cared::plan;
use crate::incident::entity::{Column, Entity};

pub(crate) const STATISTICS: &[Statistic] = &[
    Statistic {
        id: "grid.incidents.opened",
        title: Text::new("上报事件数（按类别）", "Incidents reported, by category"),
        unit: Text::new("件", "incidents"),
        labels: Labels::Values("category"),
        count: |ctx, period| Box::pin(count_by::<Entity>(ctx, Column::OpenedAt, period, Column::Category, None)),
    },
    Statistic {
        id: "grid.incidents.by_phase",
        title: Text::new("上报事件现状", "Where the reported incidents stand now"),
        unit: Text::new("件", "incidents"),
        labels: Labels::Phases,
        count: |ctx, period| Box::pin(count_by::<Entity>(ctx, Column::OpenedAt, period, Column::Phase, None)),
    },
    Statistic {
        id: "grid.incidents.overdue",
        title: Text::new("已超期未办结（按状态）", "Past their deadline and open, by state"),
        unit: Text::new("件", "incidents"),
        labels: Labels::States("grid.incident"),
        count: |ctx, period| {
            let late = Expr::col(Column::ClosedAt).is_null().and(Expr::col(Column::DueAt).lt(ctx.now));
            Box::pin(count_by::<Entity>(ctx, Column::OpenedAt, period, Column::State, Some(late)))
        },
    },
    Statistic {
        id: "grid.care.people",
        title: Text::new("关爱服务对象（按类别）", "People in care, by kind"),
        unit: Text::new("人", "people"),
        labels: Labels::Values("grid.CareKind"),
        count: |ctx, period| plans(ctx, period, None),
    },
    Statistic {
        id: "grid.care.due",
        title: Text::new("七日内应走访（按类别）", "Visits due within seven days, by kind"),
        unit: Text::new("次", "visits"),
        labels: Labels::Values("grid.CareKind"),
        count: |ctx, period| {
            let soon = Expr::col(plan::Column::DueAt).between(ctx.now, ctx.now + Duration::days(7));
            plans(ctx, period, Some(soon))
        },
    },
    Statistic {
        id: "grid.care.overdue",
        title: Text::new("应走访未走访（按类别）", "Visits overdue, by kind"),
        unit: Text::new("次", "visits"),
        labels: Labels::Values("grid.CareKind"),
        count: |ctx, period| plans(ctx, period, Some(Expr::col(plan::Column::DueAt).lt(ctx.now))),
    },
];

/// Plans of care that are open now. Of people under management there are no figures.
fn plans(ctx: &Ctx, period: Period, also: Option<SimpleExpr>) -> Work<'_, Vec<Figure>> {
    // A figure of a moment: what began by the end of the period, and goes on.
    let until = Period { from: DateTime::UNIX_EPOCH, to: period.to };
    let open = Expr::col(plan::Column::ClosedAt).is_null();
    let open = also.into_iter().fold(open, |open, also| open.and(also));
    Box::pin(count_by::<plan::Entity>(ctx, plan::Column::OpenedAt, until, plan::Column::Kind, Some(open)))
}
