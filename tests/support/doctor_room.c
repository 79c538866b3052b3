#include "doctor_room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS = 24 };

static struct pt_checks checks;

void doctor_room_well(void)
{
    local_aws_say(&aws_room, "GetCallerIdentity", 200, AWS_ROOM_WHO);
    local_aws_say(&aws_room, "/api/v2/clusters", 200,
                  "{\"clusterInfoList\":[{" DOCTOR_ROOM_CLUSTER("ACTIVE", "") "}]}");
    local_aws_say(&aws_room, "/api/v2/clusters/arn", 200,
                  "{\"clusterInfo\":{" DOCTOR_ROOM_CLUSTER("ACTIVE", "") "}}");
    local_aws_say(&aws_room, "/bootstrap-brokers", 200,
                  "{\"bootstrapBrokerStringSaslIam\":\"b-1.pins.a.c7.kafka.eu-west-1.amazonaws.com:"
                  "9098,b-2.pins.a.c7.kafka.eu-west-1.amazonaws.com:9098\"}");
}

static struct pt_config *doctor_room_config(const char *const *settings)
{
    const char *all[SETTINGS + 3] = {"bootstrap.servers=", "security.protocol=", "sasl.mechanism="};
    size_t n = 3;
    bool has_user = false;
    for (; *settings != NULL && n < SETTINGS; settings++) {
        has_user |= strncmp(*settings, "pintop.user.id=", 15) == 0;
        all[n++] = *settings;
    }
    if (!has_user)
        all[n++] = "pintop.user.id=0a1b";
    all[n++] = "pintop.aws.region=eu-west-1";
    return aws_room_config(all);
}

static const struct pt_check *doctor_room_run(const struct pt_doctor *doctor,
                                              const char *const *settings)
{
    struct pt_config *cfg = doctor_room_config(settings);
    struct pt_error err = {0};
    pt_checks_done(&checks);
    if (pt_doctor_check(cfg, doctor, &checks, &err) != PT_OK)
        fail_msg("%s: %s. %s", doctor->only[0], err.what, err.fix);
    pt_config_free(cfg);
    assert_int_equal(checks.n, 1);
    return &checks.rows[0];
}

const struct pt_check *doctor_room_check(const char *id, const char *const *settings)
{
    const struct pt_doctor doctor = {.only = &id, .n_only = 1};
    return doctor_room_run(&doctor, settings);
}

void doctor_room_says(const char *id, const char *const *settings, enum pt_check_state state,
                      const char *evidence, const char *fix)
{
    const struct pt_check *check = doctor_room_check(id, settings);
    if (check->state != state || strstr(check->evidence, evidence) == NULL ||
        (fix == NULL ? check->fix[0] != '\0' : strstr(check->fix, fix) == NULL))
        fail_msg("%s is %s: %s. Next: %s\nwanted %s: …%s… Next: …%s…", id,
                 pt_check_state_word(check->state), check->evidence, check->fix,
                 pt_check_state_word(state), evidence, fix != NULL ? fix : "(none)");
}

struct fixing {
    const char *plan;
    int n_asked;
};

static bool fixing_agree(void *arg, const struct pt_fix *fix)
{
    struct fixing *fixing = arg;
    fixing->n_asked++;
    if (fixing->plan == NULL)
        fail_msg("%s would %s: %s", fix->id, fix->does, fix->plan);
    if (strstr(fix->plan, fixing->plan) == NULL)
        fail_msg("%s would %s: %s\nwanted …%s…", fix->id, fix->does, fix->plan, fixing->plan);
    return true;
}

static void fixing_ended(void *arg, const struct pt_fix *fix, const char *said,
                         const struct pt_error *err)
{
    (void)arg;
    if (err->code != PT_OK)
        fail_msg("%s cannot %s: %s. %s (%s)", fix->id, fix->does, err->what, err->fix, said);
}

const struct pt_check *doctor_room_fix(const char *id, const char *const *settings,
                                       const char *plan)
{
    struct fixing fixing = {.plan = plan};
    const struct pt_doctor doctor = {.only = &id,
                                     .n_only = 1,
                                     .fix = &id,
                                     .n_fix = 1,
                                     .agree = fixing_agree,
                                     .fixed = fixing_ended,
                                     .arg = &fixing};
    const struct pt_check *check = doctor_room_run(&doctor, settings);
    if (plan != NULL && fixing.n_asked != 1)
        fail_msg("%s: no fix was offered; it is %s: %s", id, pt_check_state_word(check->state),
                 check->evidence);
    return check;
}

static bool fix_agree(void *arg, const struct pt_fix *fix)
{
    (void)arg;
    (void)fix;
    return true;
}

static void fix_keep_error(void *arg, const struct pt_fix *fix, const char *said,
                           const struct pt_error *err)
{
    (void)fix;
    (void)said;
    *(struct pt_error *)arg = *err;
}

static char log_shown[PT_PROGRESS_LOG_MAX];

static void fix_keep_log(void *arg, const struct pt_progress *progress)
{
    (void)arg;
    if (progress->log[0] != '\0')
        snprintf(log_shown, sizeof log_shown, "%s", progress->log);
}

const char *doctor_room_log(void)
{
    return log_shown;
}

struct pt_error doctor_room_fix_ends(const char *id, const char *const *settings)
{
    struct pt_error err = {0};
    const struct pt_doctor doctor = {.only = &id,
                                     .n_only = 1,
                                     .fix = &id,
                                     .n_fix = 1,
                                     .agree = fix_agree,
                                     .fixed = fix_keep_error,
                                     .progress = fix_keep_log,
                                     .arg = &err};
    log_shown[0] = '\0';
    doctor_room_run(&doctor, settings);
    return err;
}
