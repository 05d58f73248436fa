//! The life of a booking: asked → confirmed → returned, or declined, or cancelled.

use jizuo_kernel::Text;
use jizuo_kernel::process::{Phase, Process, Skip, State, Step};

pub(crate) static BOOKING: Process = Process {
    id: "venue.booking",
    title: Text::new("场所借用流程", "The life of a booking"),
    start: "asked",
    states: &[
        State { id: "asked", title: Text::new("待确认", "Asked for"), phase: Phase::Waiting },
        // The room is taken as long as the phase is `working`, whatever steps a county adds before it is handed back.
        State { id: "confirmed", title: Text::new("已确认", "Confirmed"), phase: Phase::Working },
        State { id: "returned", title: Text::new("已交还", "Handed back"), phase: Phase::Done },
        State { id: "declined", title: Text::new("未同意", "Declined"), phase: Phase::Done },
        State { id: "cancelled", title: Text::new("已取消", "Cancelled"), phase: Phase::Done },
    ],
    steps: &[
        Step {
            action: "venue.booking.confirm",
            title: Text::new("确认", "Confirm"),
            from: &["asked"],
            to: "confirmed",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new("平台规则：一间房一天只借一家", "platform rule: one room, one day, one user")),
            reason: false,
        },
        Step {
            action: "venue.booking.decline",
            title: Text::new("不同意", "Decline"),
            from: &["asked"],
            to: "declined",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new("平台规则：不借的须说明理由", "platform rule: a refusal says why")),
            reason: true,
        },
        Step {
            action: "venue.booking.hand_back",
            title: Text::new("交还", "Hand back"),
            from: &["confirmed"],
            to: "returned",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new("平台规则：用后须清点交还", "platform rule: a room is looked over after use")),
            reason: false,
        },
        Step {
            action: "venue.booking.cancel",
            title: Text::new("取消", "Cancel"),
            from: &["asked", "confirmed"],
            to: "cancelled",
            deadline: None,
            needs: None,
            skip: Skip::Never(Text::new("平台规则：群众可以改主意", "platform rule: people may change their minds")),
            reason: true,
        },
    ],
};
