/* The login to the cluster: its token and the credentials behind it. */
#include "pintop/snapshot.h"
#include "report/reader.h"
#include "report/tables.h"
#include "report/words.h"
#include "report/writer.h"

static const struct field refresh_fields[] = {
    PLAIN(pt_refresh, time_ms, "at", RULE_TIME),
    PLAIN(pt_refresh, is_ok, "is_ok", 0),
    PLAIN(pt_refresh, text, "text", 0),
};
static const struct field_table refresh_table = TABLE(pt_refresh, refresh_fields);

static void write_remaining(struct json_writer *to, const struct field *field, const void *base)
{
    const struct pt_auth *auth = base;
    (void)field;
    json_write_seconds(to, to->snap->time_ms, auth->token_expires_ms);
}
static const struct field_own remaining = {.write = write_remaining};

/* A clock that wasn't compared has no offset. */
static void write_offset(struct json_writer *to, const struct field *field, const void *base)
{
    const struct pt_auth *auth = base;
    (void)field;
    json_write_int(to, auth->has_offset ? auth->offset_ms : PT_UNKNOWN);
}

static bool read_offset(struct json_reader *from, const struct field *field, void *base)
{
    struct pt_auth *auth = base;
    (void)field;
    auth->has_offset = json_read_int(from, INT64_MIN + 1, INT64_MAX, &auth->offset_ms);
    return auth->has_offset;
}

static void forget_offset(const struct field *field, void *base)
{
    struct pt_auth *auth = base;
    (void)field;
    auth->has_offset = false;
    auth->offset_ms = 0;
}
static const struct field_own offset = {write_offset, read_offset, forget_offset};

static const struct field auth_fields[] = {
    /* In a token that is null. */
    WORD_OR(pt_auth, state, "state", auth_word, PT_AUTH_NOT_NEEDED),
    PLAIN(pt_auth, principal, "principal", 0),
    PLAIN(pt_auth, token_expires_ms, "expires_at", RULE_TIME),
    MADE("remaining_s", remaining),
    PLAIN(pt_auth, token_refresh_ms, "refresh_at", RULE_TIME),
    PLAIN(pt_auth, keys_end_ms, "credentials_expire_at", RULE_TIME),
    PLAIN(pt_auth, is_end_unknown, "credentials_expiry_unknown", 0),
    PLAIN(pt_auth, login_end_ms, "login_ends_at", RULE_TIME),
    PLAIN(pt_auth, is_login_renewed, "login_renewable", 0),
    PLAIN(pt_auth, source, "source", 0),
    PLAIN(pt_auth, chain, "chain", 0),
    PLAIN(pt_auth, key_id, "access_key_id", 0),
    PLAIN(pt_auth, region, "region", 0),
    PLAIN(pt_auth, caller_arn, "caller_arn", 0),
    PLAIN(pt_auth, last_error, "last_error", 0),
    PLAIN(pt_auth, broker_said, "broker_said", 0),
    PLAIN(pt_auth, broker_refused_ms, "broker_refused_at", RULE_TIME),
    PLAIN(pt_auth, broker_ok_ms, "broker_answered_at", RULE_TIME),
    HELD(pt_auth, has_offset),
    OWN(pt_auth, offset_ms, "clock_offset_ms", offset, NULL),
    PLAIN(pt_auth, offset_at_ms, "clock_offset_at", RULE_TIME),
    PLAIN(pt_auth, token_made_ms, "made_at", RULE_TIME),
    PLAIN(pt_auth, n_handles, "connections", RULE_COUNT),
    PLAIN(pt_auth, keys_got_ms, "credentials_got_at", RULE_TIME),
    PLAIN(pt_auth, keys_refresh_ms, "credentials_refresh_at", RULE_TIME),
    PLAIN(pt_auth, is_fixed, "credentials_fixed", 0),
    PLAIN(pt_auth, keys_fix, "credentials_fix", 0),
    PLAIN(pt_auth, region_source, "region_source", 0),
    PLAIN(pt_auth, caller_error, "caller_error", 0),
    PLAIN(pt_auth, caller_request_id, "caller_request_id", 0),
    PLAIN(pt_auth, is_caller_refused, "caller_refused", 0),
    PLAIN(pt_auth, failed_ms, "failed_since", RULE_TIME),
    PLAIN(pt_auth, last_fix, "last_fix", 0),
    PLAIN(pt_auth, last_request_id, "last_request_id", 0),
    PLAIN(pt_auth, broker_meaning, "broker_meaning", 0),
    PLAIN(pt_auth, broker_said_ms, "broker_said_at", RULE_TIME),
    ROWS(pt_auth, refreshes, n_refreshes, "refreshes", refresh_table),
};
const struct field_table auth_table = TABLE(pt_auth, auth_fields);

/* null: the cluster takes no IAM token, and nothing else is known of a login. */
static bool is_needed(const void *base)
{
    return ((const struct pt_auth_section *)base)->auth.state != PT_AUTH_NOT_NEEDED;
}

static const struct field token_fields[] = {
    HELD(pt_auth_section, section),
    OBJECT(pt_auth_section, auth, "token", auth_table, is_needed),
};
const struct field_table token_table = TABLE(pt_auth_section, token_fields);
