/* client.properties: the file of the Java client. pintop needs none, but reads it, and logs in as
 * the role that it names. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config/paths.h"
#include "config/properties.h"
#include "doctor/diff.h"
#include "doctor/java_file.h"
#include "doctor/noted.h"
#include "doctor/role.h"

#define NAME "client.properties"

enum { PATH_BYTES = 4300, SAID_MAX = 8 * 1024 };

/* Where the file is. */
struct java_place {
    char path[PATH_BYTES];
    bool is_used;    /* by this pintop */
    bool is_context; /* it is a context of pintop's, which is not rewritten */
};

/* ------------------------------------------------------------------ which file */

/* From where a property comes that only such a file has: "PATH:LINE", "context NAME:LINE". */
static bool place_of_origin(const char *origin, struct java_place *place)
{
    static const char context[] = "context ";
    char text[PATH_BYTES];
    text_copy(text, sizeof text, origin);
    char *colon = strrchr(text, ':');
    if (colon == NULL || colon[strspn(colon, ":0123456789")] != '\0')
        return false;
    *colon = '\0';
    place->is_used = true;
    place->is_context = strncmp(text, context, strlen(context)) == 0;
    if (place->is_context)
        return paths_context(text + strlen(context), place->path, sizeof place->path);
    text_copy(place->path, sizeof place->path, text);
    return access(place->path, F_OK) == 0;
}

/* The one with the login module, otherwise the one with the mechanism. */
static bool find_used(const struct pt_config *cfg, struct java_place *place)
{
    static const char *const names[] = {"sasl.jaas.config", "sasl.mechanism"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        for (size_t i = 0; i < pt_config_count(cfg); i++) {
            const struct pt_property is = pt_config_at(cfg, i);
            if (strcmp(is.name, names[k]) == 0 && place_of_origin(is.origin, place) &&
                (k == 0 || !place->is_context))
                return true;
        }
    return false;
}

/* False: there is none; the path is then where one belongs. */
static bool find_java_file(const struct pt_config *cfg, struct java_place *place)
{
    char home[PATH_BYTES - 32];
    *place = (struct java_place){.path = ""};
    if (find_used(cfg, place))
        return true;
    *place = (struct java_place){.path = ""};
    if (access("./" NAME, F_OK) != 0 && paths_home(home, sizeof home)) {
        snprintf(place->path, sizeof place->path, "%s/" NAME, home);
        if (access(place->path, F_OK) == 0)
            return true;
    }
    text_copy(place->path, sizeof place->path, "./" NAME);
    return access(place->path, F_OK) == 0;
}

/* ------------------------------------------------------------------ what it should say */

struct java_needs {
    char name[ROLE_NAME_MAX], arn[AWS_ARN_MAX], region[AWS_REGION_MAX];
    struct java_wanted wanted;
};

static bool find_needs(struct check *check, struct java_needs *needs)
{
    const struct found *found = check->found;
    bool is_found = found->kafka_cfg != NULL && pt_config_is_iam(found->kafka_cfg);
    const char *servers = is_found ? pt_config_get(found->kafka_cfg, "bootstrap.servers") : "";
    if (!role_name(check, needs->name, needs->arn, sizeof needs->arn))
        return false;
    if (found->has_role)
        text_copy(needs->arn, sizeof needs->arn, found->role.arn);
    if (!aws_region_of_arn(found->cluster.arn, needs->region, sizeof needs->region))
        needs->region[0] = '\0';
    needs->wanted = (struct java_wanted){.role_name = needs->name,
                                         .role_arn = needs->arn,
                                         .account = found->account,
                                         .region = needs->region,
                                         .servers = servers};
    return true;
}

/* ------------------------------------------------------------------ the check */

static bool is_role_in_use(const struct check *check, const struct java_needs *needs)
{
    const char *own = check_set(check, "pintop.aws.role.arn");
    char mark[ROLE_NAME_MAX + 32];
    snprintf(mark, sizeof mark, ":assumed-role/%s/", needs->name);
    return strstr(check->found->caller_arn, mark) != NULL ||
           (own != NULL && needs->arn[0] != '\0' && strcmp(own, needs->arn) == 0);
}

static void say_no_file(struct check *check, const struct java_needs *needs)
{
    const char *caller = check->found->caller_arn;
    if (is_role_in_use(check, needs)) {
        check_not_needed(check,
                         "pintop logs in as the role %s without such a file; only clients in Java "
                         "need one",
                         needs->name);
        return;
    }
    if (needs->arn[0] == '\0') {
        check_unknown(
            check, NULL,
            "there is no " NAME
            ", and what it has to say needs iam.role, because the role's ARN is not known");
        return;
    }
    check_warn(check,
               "pintop doctor --fix client.properties writes ./" NAME "; then pintop -F " NAME
               ", or pintop -X pintop.aws.role.arn=ARN without a file.",
               "there is no " NAME " here, nor in the home directory, so that pintop logs in to "
               "Kafka as %s, and not as the role %s",
               caller[0] != '\0' ? caller : "you", needs->name);
    check_copy(check, needs->arn);
    check_fixable(check);
}

static void say_file(struct check *check, const struct java_place *place,
                     const struct java_needs *needs, const struct buf *wrong,
                     const struct buf *doubts)
{
    char fix[PATH_BYTES + 300];
    bool is_written = !place->is_context && needs->arn[0] != '\0';
    if (is_written)
        snprintf(fix, sizeof fix,
                 "pintop doctor --fix client.properties writes it again, and keeps the old one as "
                 "%s.old.",
                 place->path);
    else
        snprintf(fix, sizeof fix, "Correct it in %s.", place->path);
    if (wrong->len > 0) {
        check_fail(check, fix, "%s: %s%s%s", place->path, wrong->data, doubts->len > 0 ? "; " : "",
                   doubts->len > 0 ? doubts->data : "");
        if (is_written)
            check_fixable(check);
    } else if (doubts->len > 0) {
        check_warn(check, "Compare it with the role, the region and the brokers of this setup.",
                   "%s: %s", place->path, doubts->data);
    } else {
        check_ok(check, "%s names the role %s, with SASL_SSL and IAM%s", place->path, needs->name,
                 place->is_used ? "" : "; pintop uses it with -F");
        check_copy(check, needs->arn);
    }
}

void check_java_file(struct check *check)
{
    struct java_needs needs;
    struct java_place place;
    struct java_file file;
    struct buf wrong, doubts;
    struct pt_error err;
    if (!find_needs(check, &needs))
        return;
    if (!find_java_file(check->cfg, &place)) {
        say_no_file(check, &needs);
        return;
    }
    buf_init(&wrong, SAID_MAX);
    buf_init(&doubts, SAID_MAX);
    if (java_file_read(place.path, &file, &err) != PT_OK) {
        check_error(check, &err);
    } else {
        java_file_judge(&file, &needs.wanted, &wrong, &doubts);
        say_file(check, &place, &needs, &wrong, &doubts);
    }
    java_file_done(&file);
    buf_done(&wrong);
    buf_done(&doubts);
}

/* ------------------------------------------------------------------ the fix */

/* What is there, and what is to be there. */
struct java_change {
    struct java_place place;
    struct java_file old;
    bool is_there;
    struct buf text;
    char role_arn[AWS_ARN_MAX];
};

/* java_change_done, also after an error. */
static pt_code make_change(struct check *check, struct java_change *change, struct pt_error *err)
{
    struct java_needs needs;
    char whole[PATH_MAX];
    pt_code code = PT_OK;
    memset(change, 0, sizeof *change);
    buf_init_secret(&change->text, PROPERTIES_FILE_MAX);
    if (!find_needs(check, &needs))
        return pt_error_set(err, PT_EDATA, "Look at iam.role first",
                            NAME ": the role is not known");
    text_copy(change->role_arn, sizeof change->role_arn, needs.arn);
    change->is_there = find_java_file(check->cfg, &change->place);
    if (change->is_there && realpath(change->place.path, whole) != NULL)
        text_copy(change->place.path, sizeof change->place.path, whole);
    if (change->is_there)
        code = java_file_read(change->place.path, &change->old, err);
    if (code == PT_OK)
        code = java_file_make(change->is_there ? &change->old : NULL, &needs.wanted, &change->text,
                              err);
    return code;
}

static void java_change_done(struct java_change *change)
{
    java_file_done(&change->old);
    buf_done(&change->text);
}

/* The lines that change, without secrets. */
static pt_code plan_lines(const struct java_change *change, struct buf *plan, struct pt_error *err)
{
    struct buf old;
    pt_code code;
    buf_init_secret(&old, 4 * PROPERTIES_FILE_MAX);
    java_file_lines(&change->old, &old);
    if (old.is_over)
        code = pt_error_set(err, PT_EFULL, "Shorten the old file", "%s is too long to be compared",
                            change->place.path);
    else
        code = diff_tell(old.data != NULL ? old.data : "", change->text.data, plan, err);
    buf_done(&old);
    return code;
}

static pt_code plan_java_file(struct check *check, struct buf *plan, struct pt_error *err)
{
    struct java_change change;
    pt_code code = make_change(check, &change, err);
    if (code == PT_OK) {
        buf_printf(plan, "%s %s, mode 0600:\n", change.is_there ? "rewrite" : "write",
                   change.place.path);
        code = plan_lines(&change, plan, err);
    }
    if (code == PT_OK) {
        buf_printf(plan, "The login module (***) has awsRoleArn=\"%s\"%s.\n", change.role_arn,
                   change.is_there ? ", and keeps its other options" : "");
        if (change.is_there)
            buf_printf(plan, "The old file is kept as %s.old.\n", change.place.path);
    }
    java_change_done(&change);
    return code;
}

/* kept is known only when it is written: a note without it, and a file that is not new, tells that
 * the old one is one of those beside it. */
static pt_code write_noted(struct check *check, const struct java_change *change, char *kept,
                           size_t cap, struct pt_error *err)
{
    struct created note = {.kind = CREATED_JAVA_FILE, .is_new = !change->is_there};
    text_copy(note.name, sizeof note.name, change->place.path);
    noted_sum(change->text.data, change->text.len, note.mark);
    pt_code code = noted_begin(check, &note, err);
    if (code != PT_OK)
        return code;
    code = java_file_write(change->place.path, change->is_there ? &change->old : NULL,
                           &change->text, kept, cap, err);
    text_copy(note.ref, sizeof note.ref, kept);
    if (code == PT_OK && !note.is_new && kept[0] == '\0')
        noted_end(check, &note, PT_EEXISTS); /* it said that already */
    else
        noted_end(check, &note, code);
    return code;
}

static pt_code run_java_file(struct check *check, struct buf *said, struct pt_error *err)
{
    struct java_change change;
    char kept[PATH_BYTES + 32];
    pt_code code = make_change(check, &change, err);
    if (code == PT_OK)
        code = write_noted(check, &change, kept, sizeof kept, err);
    if (code == PT_OK && kept[0] != '\0')
        buf_printf(said, "%s is written; the old one is %s.\n", change.place.path, kept);
    else if (code == PT_OK)
        buf_printf(said, "%s is written.\n", change.place.path);
    java_change_done(&change);
    return code;
}

const struct check_fix fix_java_file = {.kind = FIX_FREE,
                                        .does = "write the Java client's file",
                                        .plan = plan_java_file,
                                        .run = run_java_file};
