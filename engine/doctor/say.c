/* How a check says what it found. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/denial.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/shown.h"
#include "base/text.h"
#include "doctor/said.h"

const char *pt_check_state_word(enum pt_check_state state)
{
    static const char *const words[] = {[PT_CHECK_WAITING] = "waiting",
                                        [PT_CHECK_RUNNING] = "checking",
                                        [PT_CHECK_OK] = "ok",
                                        [PT_CHECK_WARN] = "warn",
                                        [PT_CHECK_FAIL] = "fail",
                                        [PT_CHECK_UNKNOWN] = "unknown",
                                        [PT_CHECK_NOT_NEEDED] = "not needed"};
    return (size_t)state < sizeof words / sizeof *words ? words[state] : "unknown";
}

static void replace(char **text, char *by)
{
    free(*text);
    *text = by;
}

void check_said_done(struct check_said *said)
{
    replace(&said->evidence, NULL);
    replace(&said->fix, NULL);
    replace(&said->copy, NULL);
    replace(&said->choices, NULL);
}

static void say(struct check *check, enum pt_check_state state, const char *fix, const char *fmt,
                va_list args) __attribute__((format(printf, 4, 0)));
static void say(struct check *check, enum pt_check_state state, const char *fix, const char *fmt,
                va_list args)
{
    char *text = NULL;
    struct check_said *said = check->said;
    said->state = state;
    said->is_denied = said->is_early = false;
    if (vasprintf(&text, fmt, args) < 0)
        text = NULL;
    replace(&said->evidence, shown_copy(text, PT_TEXT_MAX));
    replace(&said->fix, fix != NULL && *fix != '\0' ? shown_copy(fix, PT_TEXT_MAX) : NULL);
    free(text);
}

void check_ok(struct check *check, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(check, PT_CHECK_OK, NULL, fmt, args);
    va_end(args);
}

void check_warn(struct check *check, const char *fix, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(check, PT_CHECK_WARN, fix, fmt, args);
    va_end(args);
}

void check_fail(struct check *check, const char *fix, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(check, PT_CHECK_FAIL, fix, fmt, args);
    va_end(args);
}

void check_unknown(struct check *check, const char *fix, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(check, PT_CHECK_UNKNOWN, fix, fmt, args);
    va_end(args);
}

void check_not_needed(struct check *check, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(check, PT_CHECK_NOT_NEEDED, NULL, fmt, args);
    va_end(args);
}

/* The row of the call that an error names: "S3 ListObjectsV2: …". S3 does not say itself which
 * right is missing. NULL: it names none. */
static const struct aws_action *action_of(const char *what)
{
    const struct aws_action *row;
    char name[120];
    for (size_t i = 0; (row = aws_action_at(i)) != NULL; i++) {
        snprintf(name, sizeof name, "%s %s: ", row->service->name, row->operation);
        if (strncmp(what, name, strlen(name)) == 0)
            return row;
    }
    return NULL;
}

/* A denial says nothing about what was to be seen, so it is never a failure. */
static void say_denied(struct check *check, const struct pt_error *err)
{
    struct aws_denial denial;
    char fix[PT_FIX_MAX + 400];
    const char *manual = check->row->manual;
    aws_denial_read(err->what, action_of(err->what), &denial);
    snprintf(fix, sizeof fix, "%s%s%s", err->fix, manual != NULL ? ". Or look by hand: " : "",
             manual != NULL ? manual : "");
    check_unknown(check, fix, "needs %s: %s",
                  denial.action[0] != '\0' ? denial.action : "a missing permission", err->what);
    check->said->is_denied = true;
}

void check_error(struct check *check, const struct pt_error *err)
{
    switch (err->code) {
    case PT_EAUTH:
        say_denied(check, err);
        break;
    case PT_ETIMEOUT:
    case PT_ETHROTTLED:
    case PT_EUNREACHABLE:
    case PT_ESERVER:
    case PT_EIO:
    case PT_ENOMEM:
    case PT_ECANCELLED:
        check_unknown(check, err->fix, "%s", err->what);
        break;
    default:
        check_fail(check, err->fix, "%s", err->what);
    }
}

void check_why(const struct pt_error *err, const char *action, char *out, size_t cap)
{
    if (err->code == PT_EAUTH)
        text_put(out, cap, "needs %s", action);
    else
        text_put(out, cap, "%.300s", err->what);
}

void check_copy(struct check *check, const char *text)
{
    char *shown = shown_copy(text, PT_TEXT_MAX);
    /* A command with something masked, escaped or cut in it does another thing. */
    if (shown != NULL && strcmp(shown, text) != 0) {
        free(shown);
        shown = NULL;
    }
    replace(&check->said->copy, shown);
}

void check_brief(struct check *check, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    text_put_args(check->said->brief, sizeof check->said->brief, fmt, args);
    va_end(args);
    show_in_place(check->said->brief, sizeof check->said->brief);
}

void check_choice(struct check *check, const char *property, const char *value, const char *words)
{
    const char *so_far = check->said->choices != NULL ? check->said->choices : "";
    char shown_words[200], *value_shown = shown_copy(value, PT_TEXT_MAX), *text = NULL;
    shown_str(shown_words, sizeof shown_words, words);
    /* Only a value that can be shown unchanged can be chosen. */
    if (value_shown != NULL && strcmp(value_shown, value) == 0 &&
        asprintf(&text, "%s%s%s=%s\t%s", so_far, so_far[0] != '\0' ? "\n" : "", property, value,
                 shown_words) >= 0)
        replace(&check->said->choices, text);
    free(value_shown);
}

void check_early(struct check *check)
{
    check->said->is_early = true;
}

void check_fixable(struct check *check)
{
    check->said->is_fixable = true;
}

void check_identity(struct check *check, const char *who)
{
    shown_str(check->said->identity, sizeof check->said->identity, who);
}

int64_t check_left_ms(const struct check *check)
{
    int64_t left = (check->deadline_us - clock_mono_us()) / 1000;
    return left > 0 ? left : 0;
}

const char *check_set(const struct check *check, const char *property)
{
    return pt_config_get(check->cfg, property);
}
