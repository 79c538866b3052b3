/* Checks of this pintop itself: where it runs, whose credentials it has, its clock and terminal,
 * and the streams that it makes. */
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/provider_imds.h"
#include "aws/sts.h"
#include "base/text.h"
#include "doctor/check.h"
#include "login/aws_setup.h"
#include "login/keyring.h"
#include "net/http.h"

enum { OFFSET_FINE_MS = 60 * 1000, OFFSET_REFUSED_MS = 5 * 60 * 1000 };

/* ------------------------------------------------------------------ place */

static bool is_in_container(const struct check *check, const char **what)
{
    static const struct {
        const char *variable, *what;
    } signs[] = {
        {"ECS_CONTAINER_METADATA_URI_V4",          "ECS"             },
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "ECS"             },
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI",     "EKS"             },
        {"KUBERNETES_SERVICE_HOST",                "a Kubernetes pod"},
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (aws_env(check->client, signs[i].variable) != NULL) {
            *what = signs[i].what;
            return true;
        }
    return false;
}

static void self_check_place(struct check *check)
{
    struct found *found = check->found;
    struct imds_host host;
    struct pt_error err;
    const char *what;
    if (is_in_container(check, &what)) {
        found->place = PLACE_CONTAINER;
        check_brief(check, "in a container (%s)", what);
        check_ok(check, "in a container (%s)", what);
        return;
    }
    switch (imds_find_host(check->client, &host, &err)) {
    case IMDS_HOST:
        found->place = PLACE_EC2;
        text_copy(found->instance_id, sizeof found->instance_id, host.instance_id);
        text_copy(found->instance_vpc, sizeof found->instance_vpc, host.vpc);
        text_copy(found->instance_region, sizeof found->instance_region, host.region);
        text_copy(found->own_addresses, sizeof found->own_addresses, host.addresses);
        text_copy(found->own_groups, sizeof found->own_groups, host.groups);
        check_brief(check, "on EC2 %s", host.instance_id);
        check_ok(check, "on EC2 %s%s%s%s%s", host.instance_id, host.vpc[0] != '\0' ? ", in " : "",
                 host.vpc, host.region[0] != '\0' ? ", " : "", host.region);
        break;
    case IMDS_SILENT:
        found->place = PLACE_UNKNOWN;
        found->is_place_guess = true;
        check_brief(check, "perhaps on EC2");
        check_warn(check, err.fix, "perhaps on EC2: %s", err.what);
        break;
    case IMDS_NONE:
        found->place = PLACE_OUTSIDE;
        found->is_place_guess = aws_env_is_true(check->client, "AWS_EC2_METADATA_DISABLED");
        check_brief(check, "outside of AWS");
        check_ok(check, found->is_place_guess
                            ? "taken to be outside of AWS, since AWS_EC2_METADATA_DISABLED is set"
                            : "outside of AWS: this host has no instance metadata service");
        break;
    }
}

/* ------------------------------------------------------------------ who */

/* The UserID that the role of the pipeline, or the IAM user, is named after; "" none. */
static void guess_user(const char *arn, char *out, size_t cap)
{
    static const char role_end[] = "-ec2-access-role";
    const char *name = strrchr(arn, '/');
    const char *role = strstr(arn, ":assumed-role/");
    out[0] = '\0';
    if (role != NULL) {
        role += strlen(":assumed-role/");
        size_t len = strcspn(role, "/");
        size_t end = strlen(role_end);
        if (len > end && strncmp(role + len - end, role_end, end) == 0)
            snprintf(out, cap, "%.*s", (int)(len - end), role);
    } else if (strstr(arn, ":user/") != NULL && name != NULL) {
        snprintf(out, cap, "%s", name + 1);
    }
}

static void self_check_user(struct check *check)
{
    struct found *found = check->found;
    const char *user = pt_config_given(check->cfg, "pintop.user.id");
    char guess[64], fix[300];
    if (user != NULL) {
        text_copy(found->user_id, sizeof found->user_id, user);
        check_brief(check, "%s", user);
        check_ok(check, "%s", user);
        return;
    }
    guess_user(found->caller_arn, guess, sizeof guess);
    snprintf(fix, sizeof fix,
             "Set it: pintop -X pintop.user.id=%s doctor, or pintop.user.id in the context.",
             guess[0] != '\0' ? guess : "USERID");
    if (guess[0] != '\0')
        check_choice(check, "pintop.user.id", guess, "the UserID in the name of your AWS identity");
    if (guess[0] != '\0')
        check_fail(check, fix, "pintop.user.id is not set; by your credentials it may be %s",
                   guess);
    else
        check_fail(check, fix,
                   "pintop.user.id is not set: the topics, the role, the bucket and the host are "
                   "named after it");
}

/* Says why AWS does not know who calls. What a proxy may have to do with it is said beside. */
static void self_say_failure(struct check *check, const struct pt_error *err)
{
    const char *url = check_set(check, "pintop.aws.endpoint.url"), *variable;
    bool is_network = err->code == PT_EUNREACHABLE || err->code == PT_ETIMEOUT ||
                      err->code == PT_ETLS || err->code == PT_EIO || err->code == PT_EDATA;
    if (is_network && http_has_proxy(url != NULL ? url : "https://", &variable))
        check_fail(
            check, err->fix,
            "%s. Calls to AWS go through the proxy that %s names, except to the hosts in NO_PROXY",
            err->what, variable);
    else
        check_fail(check, err->fix, "%s", err->what);
}

static void self_check_login(struct check *check)
{
    struct found *found = check->found;
    struct aws_keys keys = {0};
    struct sts_identity who;
    struct pt_error err;
    pt_code code = keyring_take(check->keyring, check->setup, &keys, &err);
    if (code == PT_OK)
        code = sts_get_caller_identity(check->client, &keys, 0, &who, &err);
    found->has_offset = check->client->has_offset;
    found->offset_ms = check->client->offset_ms;
    if (code == PT_OK) {
        text_copy(found->caller_arn, sizeof found->caller_arn, who.arn);
        text_copy(found->account, sizeof found->account, who.account);
        text_copy(found->region, sizeof found->region, check->client->region);
        check_identity(check, "you");
        check_brief(check, "%s", found->region);
        if (found->region[0] == '\0')
            check_fail(check, "Set the region with --region, AWS_REGION or pintop.aws.region.",
                       "%s (%s), but no AWS region is known", who.arn, keys.source);
        else
            check_ok(check, "%s (%s); region %s (%s)", who.arn, keys.source, found->region,
                     check->client->region_source);
    } else {
        /* Without this nothing on AWS can be seen, so it is a failure whatever its cause. */
        self_say_failure(check, &err);
    }
    aws_keys_done(&keys);
}

/* ------------------------------------------------------------------ clock, terminal */

static void self_check_clock(struct check *check)
{
    const struct found *found = check->found;
    int64_t off = found->offset_ms < 0 ? -found->offset_ms : found->offset_ms;
    const char *way = found->offset_ms < 0 ? "ahead of" : "behind";
    static const char fix[] =
        "Set this host's clock: sudo chronyc makestep, or sudo timedatectl set-ntp true.";
    if (!found->has_offset)
        check_unknown(check, NULL, "AWS has not answered yet, so its time is unknown");
    else if (off < OFFSET_FINE_MS)
        check_ok(check, "this host's clock is within %lld s of AWS's",
                 (long long)(off + 999) / 1000);
    else
        check_warn(check, fix,
                   off < OFFSET_REFUSED_MS
                       ? "this host's clock is %lld s %s AWS's"
                       : "this host's clock is %lld s %s AWS's. pintop signs with AWS's time, but "
                         "AWS refuses other programs on this host",
                   (long long)off / 1000, way);
}

static void self_check_terminal(struct check *check)
{
    const char *term = getenv("TERM"); /* NOLINT(concurrency-mt-unsafe): no thread sets one */
    const char *codeset = nl_langinfo(CODESET);
    bool is_terminal = isatty(STDOUT_FILENO) || isatty(STDIN_FILENO);
    if (!is_terminal)
        check_not_needed(check, "this pintop has no terminal");
    else if (term == NULL || *term == '\0' || strcmp(term, "dumb") == 0)
        check_fail(check, "Set TERM to what your terminal is: export TERM=xterm-256color.",
                   "TERM is %s, with which the dashboard cannot draw",
                   term == NULL || *term == '\0' ? "not set" : term);
    else if (strcmp(codeset, "UTF-8") != 0)
        check_warn(check, "export LC_ALL=C.UTF-8, or keep it: pintop then draws in ASCII.",
                   "TERM %s; the locale's characters are %s, not UTF-8", term, codeset);
    else
        check_ok(check, "TERM %s, UTF-8%s", term,
                 strstr(term, "256") != NULL || strstr(term, "direct") != NULL ? ", 256 colours"
                                                                               : "");
}

/* ------------------------------------------------------------------ streams */

static void self_check_streams(struct check *check)
{
    const char *dir = check_set(check, "pintop.state.dir");
    static const char *const sources[] = {"pintop.stream.pin.source", "pintop.stream.geo.source",
                                          "pintop.stream.user.source"};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        const char *source = check_set(check, sources[i]);
        char fix[120];
        if (source == NULL || strcmp(source, "synthetic") == 0 || access(source, R_OK) == 0)
            continue;
        snprintf(fix, sizeof fix, "Correct %s, or set it to synthetic.", sources[i]);
        check_fail(check, fix, "%s is %s, which cannot be read", sources[i], source);
        return;
    }
    if (access(dir, F_OK) == 0 && access(dir, W_OK | X_OK) != 0)
        check_fail(check, "Make it writable, or set pintop.state.dir to another directory.",
                   "the state directory %s cannot be written: streams would keep no account", dir);
    else
        check_ok(check,
                 "the streams pin, geo and user take their records from %s; s on the Overview page "
                 "starts them",
                 check_set(check, "pintop.stream.source"));
}

const struct check_row checks_of_self[] = {
    {.id = "place",                .title = "where this pintop runs", .use = CHECK_AWS, .run = self_check_place},
    {.id = "aws.login",
     .title = "AWS credentials",
     .use = CHECK_AWS,
     .limit_ms = 15000,
     .run = self_check_login},
    {.id = "clock",
     .title = "this host's clock",
     .after = "aws.login",
     .use = CHECK_AWS,
     .run = self_check_clock},
    {.id = "terminal",   .title = "the terminal", .use = CHECK_ALWAYS, .run = self_check_terminal},
    {.id = "user.id",
     .title = "the UserID",
     .after = "aws.login",
     .use = CHECK_AWS,
     .run = self_check_user},
    {.id = "streams",
     .title = "the emulator's three streams",
     .step = "1",
     .use = CHECK_ALWAYS,
     .run = self_check_streams},
    {.id = NULL},
};
