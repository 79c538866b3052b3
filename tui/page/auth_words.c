#include "page/auth_words.h"

#include <stdio.h>
#include <string.h>

#include "widget/format.h"

enum style auth_style(enum pt_auth_state state)
{
    switch (state) {
    case PT_AUTH_OK:
        return STYLE_OK;
    case PT_AUTH_EXPIRING:
        return STYLE_WARN;
    case PT_AUTH_EXPIRED:
    case PT_AUTH_FAILED:
    case PT_AUTH_REFUSED:
        return STYLE_BAD;
    default:
        return STYLE_BOLD;
    }
}

bool auth_is_bad(const struct pt_auth *auth)
{
    return auth->state == PT_AUTH_EXPIRING || auth->state == PT_AUTH_EXPIRED ||
           auth->state == PT_AUTH_FAILED || auth->state == PT_AUTH_REFUSED;
}

static struct shown auth_left(int64_t end_ms, int64_t now_ms)
{
    return show_since(now_ms, end_ms);
}

void auth_headline(const struct pt_auth *auth, int64_t now_ms, char *out, size_t cap)
{
    switch (auth->state) {
    case PT_AUTH_NOT_NEEDED:
        snprintf(out, cap, "NOT NEEDED: this cluster takes no MSK IAM token");
        break;
    case PT_AUTH_OK:
        snprintf(out, cap, "OK: the token is valid for %s more, and is renewed automatically",
                 auth_left(auth->token_expires_ms, now_ms).s);
        break;
    case PT_AUTH_EXPIRING:
        snprintf(out, cap, "EXPIRING: the token expires in %s%s",
                 auth_left(auth->token_expires_ms, now_ms).s,
                 auth->last_error[0] != '\0' ? ", and its renewal fails"
                 : auth->keys_end_ms > now_ms
                     ? "; the credentials expire soon, and pintop cannot renew them"
                     : "");
        break;
    case PT_AUTH_EXPIRED:
        snprintf(out, cap, "EXPIRED: the token expired %s ago; streams are held",
                 auth_left(now_ms, auth->token_expires_ms).s);
        break;
    case PT_AUTH_FAILED:
        snprintf(out, cap, "FAILED: there is no token");
        break;
    case PT_AUTH_UNKNOWN:
        snprintf(out, cap, "UNKNOWN: %s",
                 auth->token_expires_ms == PT_UNKNOWN ? "looking for credentials"
                 : auth->broker_ok_ms == PT_UNKNOWN
                     ? "there is a token, and no broker has accepted it yet"
                     : "there is a token, and no broker answers with it any more");
        break;
    case PT_AUTH_REFUSED:
        snprintf(out, cap, "REFUSED: the brokers refuse the token");
        break;
    }
}

static size_t auth_add_keys(const struct pt_auth *auth, int64_t now_ms, char *out, size_t cap)
{
    if (auth->is_end_unknown)
        return (size_t)snprintf(out, cap, " | credentials: expiry unknown");
    if (auth->keys_end_ms == PT_UNKNOWN)
        return auth->keys_got_ms != PT_UNKNOWN
                   ? (size_t)snprintf(out, cap, " | credentials do not expire")
                   : 0;
    size_t used = (size_t)snprintf(out, cap, " | credentials expire %s",
                                   show_minute(auth->keys_end_ms, now_ms).s);
    if (auth->login_end_ms != PT_UNKNOWN && used < cap)
        used += (size_t)snprintf(out + used, cap - used, ", login %s",
                                 show_minute(auth->login_end_ms, now_ms).s);
    return used;
}

void auth_line(const struct pt_auth *auth, int64_t now_ms, char *out, size_t cap)
{
    bool is_valid = auth->token_expires_ms != PT_UNKNOWN && auth->token_expires_ms > now_ms;
    out[0] = '\0';
    if (auth->state == PT_AUTH_NOT_NEEDED)
        return;
    size_t used = (size_t)snprintf(out, cap, "%stoken %s", auth_is_bad(auth) ? "! " : "",
                                   pt_auth_state_word(auth->state));
    if (is_valid && auth->state == PT_AUTH_UNKNOWN)
        used += (size_t)snprintf(out + used, cap - used, ": no broker has answered with it%s",
                                 auth->broker_ok_ms == PT_UNKNOWN ? " yet" : " recently");
    if (auth->state == PT_AUTH_REFUSED) {
        snprintf(out + used, cap - used, ": %s", auth->broker_said);
        return;
    }
    if (is_valid && auth->state != PT_AUTH_UNKNOWN)
        used += (size_t)snprintf(out + used, cap - used, " %s",
                                 auth_left(auth->token_expires_ms, now_ms).s);
    if (auth->last_error[0] != '\0') {
        snprintf(out + used, cap - used, ": %s", auth->last_error);
        return;
    }
    if (is_valid)
        used += (size_t)snprintf(out + used, cap - used, ", renewed in %s",
                                 auth_left(auth->token_refresh_ms, now_ms).s);
    used += auth_add_keys(auth, now_ms, out + used, cap - used);
    if (auth->has_offset && used < cap)
        snprintf(out + used, cap - used, " | clock %+.1fs", (double)auth->offset_ms / 1000);
}

const char *auth_warning(const struct pt_auth *auth)
{
    switch (auth->state) {
    case PT_AUTH_EXPIRING:
        return "token expiring";
    case PT_AUTH_EXPIRED:
        return "TOKEN EXPIRED";
    case PT_AUTH_FAILED:
        return "NO TOKEN";
    case PT_AUTH_REFUSED:
        return "TOKEN REFUSED";
    default:
        return "";
    }
}
