/* What pt_auth says: its state, the credentials it describes, and its history. */
#include "login/auth_private.h"

#include <string.h>

#include "aws/advice.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/printable.h"
#include "base/text.h"
#include "login/aws_setup.h"

enum { ANSWER_FRESH_MS = 12000 /* the brokers are polled each second */ };

/* Only a broker can say that the login is good: a token is signed without any server. */
static enum pt_auth_state judge_by_brokers(const struct pt_auth *auth, int64_t now_ms)
{
    int64_t ok_ms = auth->broker_ok_ms, refused_ms = auth->broker_refused_ms;
    if (refused_ms != PT_UNKNOWN && (ok_ms == PT_UNKNOWN || ok_ms <= refused_ms))
        return PT_AUTH_REFUSED;
    return ok_ms != PT_UNKNOWN && now_ms - ok_ms <= ANSWER_FRESH_MS ? PT_AUTH_OK : PT_AUTH_UNKNOWN;
}

enum pt_auth_state auth_judge(const struct pt_auth *auth, int64_t now_ms)
{
    if (auth->state == PT_AUTH_NOT_NEEDED)
        return PT_AUTH_NOT_NEEDED;
    if (auth->token_expires_ms == PT_UNKNOWN)
        return auth->last_error[0] != '\0' ? PT_AUTH_FAILED : PT_AUTH_UNKNOWN;
    if (auth->token_expires_ms <= now_ms)
        return PT_AUTH_EXPIRED;
    bool is_ending = auth->is_fixed && auth->keys_end_ms != PT_UNKNOWN &&
                     auth->keys_end_ms - now_ms < AUTH_SOON_MS;
    enum pt_auth_state by_brokers = judge_by_brokers(auth, now_ms);
    if (by_brokers == PT_AUTH_REFUSED)
        return by_brokers;
    return auth->last_error[0] != '\0' || is_ending ? PT_AUTH_EXPIRING : by_brokers;
}

static int64_t by_our_clock(const struct aws_client *client, int64_t aws_s)
{
    return aws_s == AWS_NO_END ? PT_UNKNOWN : aws_s * 1000 - aws_skew_ms(client);
}

void auth_describe(struct pt_auth *auth, const struct aws_setup *setup, const struct aws_keys *keys,
                   int64_t now_ms)
{
    const struct aws_client *client = &setup->client;
    const char *region, *source;
    auth->keys_got_ms = now_ms;
    auth->keys_end_ms = by_our_clock(client, keys->end_s);
    auth->keys_refresh_ms =
        keys->is_fixed ? PT_UNKNOWN
                       : by_our_clock(client, credentials_refresh_at_s(keys, aws_now_s(client)));
    auth->is_end_unknown = keys->is_end_unknown;
    auth->is_fixed = keys->is_fixed;
    auth->login_end_ms =
        by_our_clock(client, keys->login_end_s > 0 ? keys->login_end_s : AWS_NO_END);
    auth->is_login_renewed = keys->is_login_renewed;
    aws_advice(keys, AWS_KEYS_ENDED, auth->keys_fix, sizeof auth->keys_fix);
    printable_str(auth->key_id, sizeof auth->key_id, keys->id);
    printable_str(auth->source, sizeof auth->source, keys->source);
    printable_str(auth->chain, sizeof auth->chain, keys->chain);
    if (aws_setup_token_region(setup, &region, &source, NULL) == PT_OK) {
        printable_str(auth->region, sizeof auth->region, region);
        printable_str(auth->region_source, sizeof auth->region_source, source);
    }
}

void auth_view_note(struct pt_auth *view, bool is_ok, const char *text)
{
    if (view->n_refreshes == PT_REFRESHES_MAX)
        memmove(view->refreshes, view->refreshes + 1,
                --view->n_refreshes * sizeof *view->refreshes);
    struct pt_refresh *refresh = &view->refreshes[view->n_refreshes++];
    refresh->time_ms = clock_real_ms();
    refresh->is_ok = is_ok;
    printable_str(refresh->text, sizeof refresh->text, text);
    log_line(is_ok ? PT_INFO : PT_WARN, "auth", "%s", text);
}

/* "they expire in 52 s" and "in 51 s" are the same message. */
static bool is_same_but_numbers(const char *a, const char *b)
{
    for (;;) {
        a += strspn(a, "0123456789");
        b += strspn(b, "0123456789");
        if (*a != *b)
            return false;
        if (*a == '\0')
            return true;
        a++;
        b++;
    }
}

bool auth_view_fail(struct pt_auth *view, const struct pt_error *err, int64_t now_ms)
{
    bool is_news = !is_same_but_numbers(view->last_error, err->what);
    if (view->failed_ms == PT_UNKNOWN)
        view->failed_ms = now_ms;
    text_copy(view->last_error, sizeof view->last_error, err->what);
    text_copy(view->last_fix, sizeof view->last_fix, err->fix);
    text_copy(view->last_request_id, sizeof view->last_request_id, err->request_id);
    if (is_news)
        auth_view_note(view, false, err->what);
    return is_news;
}

bool auth_view_succeed(struct pt_auth *view)
{
    bool had_failed = view->last_error[0] != '\0';
    view->failed_ms = PT_UNKNOWN;
    view->last_error[0] = view->last_fix[0] = view->last_request_id[0] = '\0';
    return had_failed;
}

int64_t auth_view_end_ms(const struct pt_auth *view)
{
    return view->is_fixed           ? view->keys_end_ms
           : view->is_login_renewed ? PT_UNKNOWN
                                    : view->login_end_ms;
}
