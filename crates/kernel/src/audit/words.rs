//! The words of an action: those of its permission or step, or of what people do about their own account.

use crate::Text;
use crate::registry::Registry;

const OWN: &[(&str, Text)] = &[
    ("base.session.start", Text::new("登录", "Sign in")),
    ("base.session.end", Text::new("退出", "Sign out")),
    ("base.session.fail", Text::new("登录失败", "Sign-in failed")),
    ("base.session.lock", Text::new("登录失败过多，已锁定", "Locked after failed sign-ins")),
    ("base.password.change", Text::new("修改密码", "Change password")),
    ("base.factor.begin", Text::new("设置第二因素", "Begin a second factor")),
    ("base.factor.confirm", Text::new("确认第二因素", "Confirm a second factor")),
    ("base.token.issue", Text::new("签发令牌", "Issue a token")),
    ("base.token.revoke", Text::new("撤销会话或令牌", "Revoke a session or token")),
];

/// What people call an action; its id where nobody has given it words.
pub(super) fn title(registry: &Registry, action: &str) -> Text {
    if let Some(permission) = registry.permission(action) {
        return permission.title.clone();
    }
    let steps = registry.modules().iter().flat_map(|m| m.processes).flat_map(|p| p.steps);
    if let Some(step) = steps.into_iter().find(|step| step.action == action) {
        return step.title.clone();
    }
    let own = OWN.iter().find(|(id, _)| *id == action).map(|(_, text)| text.clone());
    own.unwrap_or_else(|| Text::owned(action, action))
}
