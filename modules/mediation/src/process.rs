//! The life of a mediation case: applied → mediating → (signing →) effective → performed, or declined, ended, not performed.

use jizuo_kernel::Text;
use jizuo_kernel::process::{Phase, Process, Skip, State, Step};

pub(crate) const PERFORMED: &str = "performed";
pub(crate) const BREACHED: &str = "breached";

/// A step that nobody may leave out: each rests on an article.
const fn step(
    action: &'static str,
    title: Text,
    from: &'static [&'static str],
    to: &'static str,
    deadline: Option<&'static str>,
    never: Text,
    reason: bool,
) -> Step {
    Step { action, title, from, to, deadline, needs: None, skip: Skip::Never(never), reason }
}

pub(crate) static CASE: Process = Process {
    id: "mediation.case",
    title: Text::new("人民调解流程", "The life of a mediation case"),
    start: "applied",
    states: &[
        State { id: "applied", title: Text::new("待受理", "Applied"), phase: Phase::Waiting },
        State { id: "mediating", title: Text::new("调解中", "Being mediated"), phase: Phase::Working },
        State {
            id: "signing",
            title: Text::new("待签字盖章", "Waiting for signatures and seal"),
            phase: Phase::Working,
        },
        State {
            id: "effective",
            title: Text::new("协议已生效，待履行", "In effect, to be performed"),
            phase: Phase::Working,
        },
        State { id: PERFORMED, title: Text::new("已履行", "Performed"), phase: Phase::Done },
        State { id: BREACHED, title: Text::new("未履行", "Not performed"), phase: Phase::Done },
        State { id: "declined", title: Text::new("不予受理", "Declined"), phase: Phase::Done },
        State { id: "ended", title: Text::new("调解终止", "Ended without agreement"), phase: Phase::Done },
    ],
    steps: &[
        step(
            "mediation.case.accept",
            Text::new("受理", "Accept"),
            &["applied"],
            "mediating",
            Some("MEDIATION.ACCEPT"),
            Text::new(
                "人民调解法第十九条：受理后指定调解员，或者由当事人选择",
                "People's Mediation Law, Article 19: mediators are assigned, or chosen by the parties",
            ),
            false,
        ),
        step(
            "mediation.case.decline",
            Text::new("不予受理", "Decline"),
            &["applied"],
            "declined",
            None,
            Text::new("平台规则：不受理的须说明理由", "platform rule: what is not taken up is told why"),
            true,
        ),
        // Before the agreement in writing: what a case in `signing` waits for is the signatures, not another draft.
        step(
            "mediation.case.take_effect",
            Text::new("签字盖章生效", "Signed and sealed"),
            &["signing"],
            "effective",
            None,
            Text::new(
                "人民调解法第二十九条：各方当事人签名、盖章或者按指印，调解员签名并加盖调委会印章之日起生效",
                "People's Mediation Law, Article 29: in effect once all parties, the mediator and the committee's seal are on it",
            ),
            false,
        ),
        step(
            "mediation.case.agree_in_writing",
            Text::new("达成书面协议", "Agree in writing"),
            &["mediating", "signing"],
            "signing",
            Some("M.PERIOD"),
            Text::new(
                "人民调解法第二十八条：达成协议的，可以制作调解协议书",
                "People's Mediation Law, Article 28: an agreement may be made in writing",
            ),
            false,
        ),
        step(
            "mediation.case.agree_orally",
            Text::new("达成口头协议", "Agree orally"),
            &["mediating"],
            "effective",
            None,
            Text::new(
                "人民调解法第二十八条、第三十条：可以采取口头协议方式，自达成协议之日起生效",
                "People's Mediation Law, Articles 28 and 30: an oral agreement is allowed and in effect from its day",
            ),
            false,
        ),
        step(
            "mediation.case.prolong",
            Text::new("延长调解期限", "Prolong"),
            &["mediating"],
            "mediating",
            None,
            Text::new(
                "人民调解工作若干规定（2002年）第三十三条：一般一个月，当事人都同意的可以延长",
                "Provisions on People's Mediation Work (2002), Article 33: a month, longer if the parties agree",
            ),
            false,
        ),
        step(
            "mediation.case.end",
            Text::new("终止调解", "End"),
            &["mediating", "signing"],
            "ended",
            None,
            Text::new(
                "人民调解法第二十六条：调解不成的，应当终止调解，并告知其他途径",
                "People's Mediation Law, Article 26: where mediation fails it is ended, and the other ways are told",
            ),
            true,
        ),
        step(
            "mediation.case.perform",
            Text::new("登记履行", "Record that it is performed"),
            &["effective"],
            PERFORMED,
            None,
            Text::new(
                "人民调解法第三十一条：督促当事人履行；治安管理处罚法第九条：履行情况须有依据",
                "People's Mediation Law, Article 31: performance is supervised; Public Security Administration Punishments \
                 Law, Article 9: that it was performed has to be shown",
            ),
            true,
        ),
        step(
            "mediation.case.breach",
            Text::new("登记未履行", "Record that it is not performed"),
            &["effective"],
            BREACHED,
            None,
            Text::new(
                "人民调解法第三十二条：就履行发生争议的，可以向人民法院起诉",
                "People's Mediation Law, Article 32: a dispute over performance may be taken to court",
            ),
            true,
        ),
    ],
};
