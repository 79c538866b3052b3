/* iam.trust: who may assume the role, and how its trust policy is extended. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "doctor/diff.h"
#include "doctor/noted.h"
#include "doctor/role.h"
#include "doctor/trust.h"

enum { WHO = 3, SHOWN_MS = 40 * 1000, LIST_MAX = 4096 };

#define BY_HAND "IAM console > Roles > the role > Trust relationships"

/* Those who are to assume the role: the role itself, as the pipeline's steps ask, the host, and the
 * connector. */
static void find_who(const struct check *check, struct trust_who who[WHO])
{
    const struct iam_role *role = &check->found->role;
    who[0] = (struct trust_who){.name = role->arn, .id = role->id};
    who[1] = (struct trust_who){.name = role_ec2_service(check), .is_service = true};
    who[2] = (struct trust_who){.name = "kafkaconnect.amazonaws.com", .is_service = true};
}

/* ------------------------------------------------------------------ the check */

static void list_principal(struct buf *list, const char *what, const char *words)
{
    buf_printf(list, "%s%s", list->len > 0 ? " and " : "", what);
    if (words[0] != '\0')
        buf_printf(list, " (%s)", words);
}

/* What is said of those who are in some states. */
static void list_who(const struct trust_who *who, const struct trust_finding *findings,
                     enum trust_state state, struct buf *list)
{
    buf_init(list, LIST_MAX);
    for (size_t i = 0; i < WHO; i++)
        if (findings[i].state == state)
            list_principal(list, i == 0 ? "the role itself" : who[i].name, findings[i].words);
}

/* Each state, and what is said of it; in the order in which it is said. */
static const struct {
    enum trust_state state;
    bool is_fault; /* it fails; otherwise it is only not certain */
    const char *before, *after;
} TRUST_SAYS[] = {
    {TRUST_MISSING,        true,  "does not let ",                                 " assume it"},
    {TRUST_DENIED,         true,  "denies assuming it to ",                        ""          },
    {TRUST_PERHAPS_DENIED, false, "has a Deny that perhaps applies to ",           ""          },
    {TRUST_CONDITIONED,    false, "lets these assume it only under a condition: ", ""          },
    {TRUST_DELEGATED,      false, "names only the AWS account of ",
     ", so that its own policies have to allow sts:AssumeRole too"                             },
    {TRUST_EVERYONE,       false, "lets everyone assume it, and does not name ",   ""          },
};

/* Returns whether one of them is a fault. */
static bool say_findings(const struct trust_who *who, const struct trust_finding *findings,
                         struct buf *out)
{
    bool is_fault = false;
    for (size_t i = 0; i < sizeof TRUST_SAYS / sizeof *TRUST_SAYS; i++) {
        struct buf list;
        list_who(who, findings, TRUST_SAYS[i].state, &list);
        if (list.len > 0) {
            buf_printf(out, "%s%s%s%s", out->len > 0 ? "; it " : "", TRUST_SAYS[i].before,
                       list.data, TRUST_SAYS[i].after);
            is_fault = is_fault || TRUST_SAYS[i].is_fault;
        }
        buf_done(&list);
    }
    return is_fault;
}

static void say_whole(const struct trust_whole *whole, struct buf *out)
{
    if (whole->is_open)
        buf_printf(out, "%slets everyone assume it, of any AWS account",
                   out->len > 0 ? "; it " : "");
    if (whole->gone[0] != '\0')
        buf_printf(out,
                   "%snames %s, which is what IAM keeps of a role or user that was deleted, even "
                   "if one of that name was created again",
                   out->len > 0 ? "; it " : "", whole->gone);
}

/* The command that the fix stands for; the document alone where a shell would change it. */
static void copy_command(struct check *check, const char *document)
{
    struct buf text;
    buf_init(&text, TRUST_TEXT_MAX);
    bool is_plain = strchr(document, '\'') == NULL;
    if (is_plain)
        buf_printf(&text, "aws iam update-assume-role-policy --role-name %s --policy-document '",
                   check->found->role.name);
    trust_compact(document, &text);
    buf_puts(&text, is_plain ? "'" : "");
    if (!text.is_over)
        check_copy(check, text.data);
    buf_done(&text);
}

/* Returns whether something can be added; says what hinders it otherwise. */
static bool offer_fix(struct check *check, const struct trust_who *who, struct pt_error *err)
{
    struct buf now;
    const char *old = check->found->role.trust;
    buf_init(&now, TRUST_TEXT_MAX);
    pt_code code = trust_add(old, who, WHO, &now, err);
    bool is_changed = code == PT_OK && !now.is_over && strcmp(now.data, old) != 0;
    if (is_changed) {
        copy_command(check, now.data);
        check_fixable(check);
    }
    buf_done(&now);
    return is_changed;
}

static void advise(const struct trust_whole *whole, bool is_fixable, bool is_fault,
                   const struct pt_error *err, char *out, size_t cap)
{
    if (is_fixable)
        snprintf(
            out, cap,
            "pintop doctor --fix iam.trust adds what is missing, and nothing else changes%s. Or "
            "by hand: " BY_HAND ".",
            whole->gone[0] != '\0'
                ? "; IAM may refuse the change until the deleted principal is taken out"
                : "");
    else if (err->code != PT_OK)
        snprintf(out, cap, "%s: %s.", err->what, err->fix);
    else if (is_fault)
        snprintf(out, cap, "Remove the Deny, or except them from it: " BY_HAND ".");
    else if (whole->is_open)
        snprintf(out, cap, "Name those who need it instead of \"*\": " BY_HAND ".");
    else
        snprintf(
            out, cap,
            "Compare the condition with this setup (the account, the connector's ARN): " BY_HAND
            ".");
}

static void say_trust(struct check *check, const struct trust_who *who,
                      const struct trust_finding *findings, const struct trust_whole *whole)
{
    struct buf words;
    struct pt_error err = {.code = PT_OK};
    char fix[PT_FIX_MAX + 200];
    bool is_added = false;
    const char *name = check->found->role.name;
    for (size_t i = 0; i < WHO; i++)
        is_added = is_added || trust_is_added(findings[i].state);
    buf_init(&words, PT_TEXT_MAX);
    bool is_fault = say_findings(who, findings, &words);
    say_whole(whole, &words);
    bool is_fixable = is_added && offer_fix(check, who, &err);
    advise(whole, is_fixable, is_fault, &err, fix, sizeof fix);
    if (words.len == 0)
        check_ok(check, "%s names itself, %s and %s", name, who[1].name, who[2].name);
    else if (is_fault)
        check_fail(check, fix, "the trust policy of %s %s", name, words.data);
    else
        check_warn(check, fix, "the trust policy of %s %s", name, words.data);
    buf_done(&words);
}

void check_trust(struct check *check)
{
    const struct iam_role *role = &check->found->role;
    struct trust_who who[WHO];
    struct trust_finding findings[WHO];
    struct trust_whole whole;
    struct pt_error err;
    if (!check->found->has_role) {
        check_unknown(check, NULL, "needs iam.role: the role is not known");
        return;
    }
    if (role->trust == NULL || role->trust[0] == '\0') {
        check_unknown(check, "Look at it by hand: " BY_HAND ".",
                      "IAM answered about %s without its trust policy", role->name);
        return;
    }
    find_who(check, who);
    if (trust_judge(role->trust, who, WHO, findings, &whole, &err) != PT_OK)
        check_unknown(check, err.fix, "%s: %s", role->name, err.what);
    else
        say_trust(check, who, findings, &whole);
}

/* ------------------------------------------------------------------ the plan */

/* The document that would be written; buf_done, also after an error. */
static pt_code make_trust(const struct check *check, struct buf *now, struct pt_error *err)
{
    struct trust_who who[WHO];
    find_who(check, who);
    buf_init(now, TRUST_TEXT_MAX);
    pt_code code = trust_add(check->found->role.trust, who, WHO, now, err);
    if (code == PT_OK && now->is_over)
        code = pt_error_set(err, PT_EFULL, "Shorten it first", "the trust policy is over 64 KiB");
    return code;
}

static pt_code plan_diff(const char *old, const char *now, struct buf *plan, struct pt_error *err)
{
    struct buf before, after;
    pt_code code;
    buf_init(&before, 4 * TRUST_TEXT_MAX);
    buf_init(&after, 4 * TRUST_TEXT_MAX);
    trust_layout(old, &before);
    trust_layout(now, &after);
    if (before.is_over || after.is_over)
        code = pt_error_set(err, PT_EFULL, "Shorten it first: " BY_HAND,
                            "the trust policy is too long to be compared");
    else
        code = diff_tell(before.data, after.data, plan, err);
    buf_done(&before);
    buf_done(&after);
    return code;
}

static pt_code plan_trust(struct check *check, struct buf *plan, struct pt_error *err)
{
    struct buf now;
    const struct iam_role *role = &check->found->role;
    pt_code code = make_trust(check, &now, err);
    if (code == PT_OK) {
        buf_printf(plan, "IAM UpdateAssumeRolePolicy, trust policy of the role %s:\n", role->name);
        code = plan_diff(role->trust, now.data, plan, err);
    }
    if (code == PT_OK) {
        size_t n = trust_chars(now.data);
        buf_printf(plan, "It then has %zu characters without white space; IAM takes %d%s.\n", n,
                   TRUST_CHARS,
                   n > TRUST_CHARS ? ", and refuses this unless AWS has raised the account's quota"
                                   : "");
        buf_printf(plan, "The old policy is kept in %s. It costs nothing.\n",
                   check_set(check, "pintop.state.dir"));
    }
    buf_done(&now);
    return code;
}

/* ------------------------------------------------------------------ the change */

/* Keeps the policy as it was, in a file that did not exist before. */
static pt_code keep_trust(const struct check *check, char *path, size_t cap, struct pt_error *err)
{
    const char *dir = check_set(check, "pintop.state.dir");
    const struct iam_role *role = &check->found->role;
    char time[32];
    pt_code code = file_make_dirs(dir, 0700, err);
    if (code != PT_OK)
        return code;
    clock_format_ms(aws_now_s(check->client) * 1000, time, sizeof time);
    time[strcspn(time, ".")] = '\0';
    for (int i = 1; i == 1 || access(path, F_OK) == 0; i++) {
        char more[16] = "";
        if (i > 1)
            snprintf(more, sizeof more, "-%d", i);
        if ((size_t)snprintf(path, cap, "%s/trust-%s-%s%s.json", dir, role->name, time, more) >=
            cap)
            return pt_error_set(err, PT_EIO, "Set pintop.state.dir to a shorter path",
                                "the state directory's path is too long");
    }
    return file_replace(path, role->trust, strlen(role->trust), 0600, err);
}

static pt_code trust_changed_meanwhile(const char *name, struct pt_error *err)
{
    return pt_error_set(err, PT_EBUSY, "Check again: pintop doctor --fix iam.trust",
                        "the trust policy of %s was changed by somebody else after it was shown; "
                        "nothing was written",
                        name);
}

/* Reads the role again; it becomes the one that is known. is_same: the policy is the old one. */
static pt_code read_again(struct check *check, bool *is_same, struct pt_error *err)
{
    struct iam_role *known = &check->found->role, now;
    pt_code code = iam_get_role(check->client, check->keys, known->name, &now, err);
    if (code != PT_OK)
        return code;
    *is_same = strcmp(now.trust, known->trust) == 0;
    iam_role_done(known);
    *known = now;
    return PT_OK;
}

/* IAM takes a while until it shows what was written. */
static pt_code await_trust(struct check *check, struct pt_error *err)
{
    int64_t wait_ms = 250, waited_ms = 0;
    const char *name = check->found->role.name;
    for (;;) {
        bool is_same = true;
        pt_code code = read_again(check, &is_same, err);
        if (code != PT_OK || !is_same)
            return code;
        if (waited_ms >= SHOWN_MS ||
            (code = check->client->net.wait(check->client->net.arg, wait_ms)) == PT_ETIMEOUT)
            return pt_error_set(err, PT_ETIMEOUT, "Check again in a minute",
                                "IAM has accepted the new trust policy of %s, and does not show it "
                                "yet",
                                name);
        if (code != PT_OK)
            return pt_error_set(err, code, "Check again",
                                "IAM has accepted the new trust policy of %s; the wait until it "
                                "shows it was interrupted",
                                name);
        waited_ms += wait_ms;
        wait_ms = wait_ms < 4000 ? 2 * wait_ms : wait_ms;
    }
}

/* IAM has said no, so that nothing is changed; after other errors nobody knows. */
static bool trust_is_refused(pt_code code)
{
    return code == PT_EAUTH || code == PT_EREFUSED || code == PT_ELOGIN || code == PT_ENOTFOUND ||
           code == PT_EFULL || code == PT_ETHROTTLED;
}

/* The sum of what IAM will have, without white space. */
static pt_code update_noted(struct check *check, const char *kept, const char *now,
                            struct pt_error *err)
{
    struct created note = {.kind = CREATED_TRUST};
    const struct iam_role *role = &check->found->role;
    text_copy(note.name, sizeof note.name, role->name);
    text_copy(note.arn, sizeof note.arn, role->arn);
    text_copy(note.ref, sizeof note.ref, kept);
    noted_policy_sum(now, note.mark);
    pt_code code = noted_begin(check, &note, err);
    if (code != PT_OK)
        return code;
    code = iam_update_trust(check->client, check->keys, role->name, now, err);
    noted_end(check, &note, code);
    return code;
}

static pt_code write_trust(struct check *check, const char *now, struct buf *said,
                           struct pt_error *err)
{
    char path[1200] = "";
    bool is_same = true;
    const struct iam_role *role = &check->found->role;
    pt_code code = keep_trust(check, path, sizeof path, err);
    if (code == PT_OK)
        code = read_again(check, &is_same, err);
    if (code == PT_OK && !is_same)
        code = trust_changed_meanwhile(role->name, err);
    if (code != PT_OK) {
        if (path[0] != '\0')
            unlink(path); /* nothing is changed, so nothing has to be kept */
        return code;
    }
    code = update_noted(check, path, now, err);
    if (trust_is_refused(code))
        unlink(path);
    if (code != PT_OK)
        return code;
    buf_printf(said, "The trust policy of %s is extended; the old one is %s.\n", role->name, path);
    return await_trust(check, err);
}

static pt_code run_trust(struct check *check, struct buf *said, struct pt_error *err)
{
    struct buf now;
    pt_code code = make_trust(check, &now, err);
    if (code == PT_OK && strcmp(now.data, check->found->role.trust) == 0)
        buf_puts(said, "The trust policy already names all of them.\n");
    else if (code == PT_OK)
        code = write_trust(check, now.data, said, err);
    buf_done(&now);
    return code;
}

const struct check_fix fix_trust_policy = {.kind = FIX_IAM,
                                           .does = "extend the role's trust policy",
                                           .plan = plan_trust,
                                           .run = run_trust};
