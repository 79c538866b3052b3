/* The checks of the setup. */
#include "pintop/report.h"
#include "pintop/snapshot.h"
#include "report/tables.h"
#include "report/words.h"
#include "report/writer.h"

static const struct field check_fields[] = {
    PLAIN(pt_check, id, "id", 0),
    PLAIN(pt_check, title, "title", 0),
    PLAIN(pt_check, step, "step", 0),
    WORD(pt_check, state, "state", check_word),
    PLAIN(pt_check, evidence, "evidence", 0),
    PLAIN(pt_check, fix, "fix", 0),
    PLAIN(pt_check, copy, "copy", 0),
    PLAIN(pt_check, identity, "identity", 0),
    PLAIN(pt_check, brief, "brief", 0),
    PLAIN(pt_check, choices, "choices", RULE_LINES),
    PLAIN(pt_check, is_denied, "denied", 0),
    PLAIN(pt_check, is_early, "early", 0),
    PLAIN(pt_check, is_fixable, "fixable", 0),
    PLAIN(pt_check, begun_ms, "begun_at", RULE_TIME),
    PLAIN(pt_check, took_ms, "took_ms", 0),
};
static const struct field_table check_table = TABLE(pt_check, check_fields);

static const struct field progress_fields[] = {
    PLAIN(pt_progress, id, "id", 0),
    PLAIN(pt_progress, does, "does", 0),
    PLAIN(pt_progress, state, "state", 0),
    PLAIN(pt_progress, begun_ms, "begun_at", RULE_TIME),
    PLAIN(pt_progress, limit_ms, "limit_ms", 0),
    PLAIN(pt_progress, done_bytes, "done_bytes", 0),
    PLAIN(pt_progress, total_bytes, "total_bytes", 0),
    PLAIN(pt_progress, bytes_per_s, "bytes_per_s", 0),
    PLAIN(pt_progress, log, "log", RULE_LINES),
};
static const struct field_table progress_table = TABLE(pt_progress, progress_fields);

static bool is_fix_running(const void *base)
{
    const struct pt_setup_section *setup = base;
    return setup->fix.id[0] != '\0';
}

static const struct field setup_fields[] = {
    HELD(pt_setup_section, section),
    PLAIN(pt_setup_section, is_running, "is_running", 0),
    PLAIN(pt_setup_section, begun_ms, "begun_at", RULE_TIME),
    PLAIN(pt_setup_section, ended_ms, "ended_at", RULE_TIME),
    PLAIN(pt_setup_section, error, "error", 0),
    PLAIN(pt_setup_section, n_rounds, "rounds", 0),
    OBJECT(pt_setup_section, fix, "fix", progress_table, is_fix_running),
    PLAIN(pt_setup_section, goes_on, "goes_on", 0),
    LIST(pt_setup_section, checks, n_checks, "checks", check_table),
};
const struct field_table setup_table = TABLE(pt_setup_section, setup_fields);

/* ---- the checks of `doctor` ---- */

static void write_summary(struct json_writer *to, const struct field *field, const void *base)
{
    static const struct {
        enum pt_check_state state;
        const char *key;
    } counts[] = {
        {PT_CHECK_OK,         FIELD_KEY("ok")        },
        {PT_CHECK_WARN,       FIELD_KEY("warn")      },
        {PT_CHECK_FAIL,       FIELD_KEY("fail")      },
        {PT_CHECK_UNKNOWN,    FIELD_KEY("unknown")   },
        {PT_CHECK_NOT_NEEDED, FIELD_KEY("not_needed")},
    };
    (void)field;
    json_write_open(to, '{');
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        json_write_key(to, counts[i].key);
        json_write_uint(to, pt_checks_count(base, counts[i].state));
    }
    json_write_close(to, '}');
}
static const struct field_own summary = {.write = write_summary};

static const struct field checks_fields[] = {
    ROWS(pt_checks, rows, n, "checks", check_table),
    MADE("summary", summary),
    PLAIN(pt_checks, n_calls, "calls", 0),
};
static const struct field_table checks_table = TABLE(pt_checks, checks_fields);

char *pt_checks_json(const struct pt_checks *checks)
{
    return json_write_document(&checks_table, checks, NULL);
}
