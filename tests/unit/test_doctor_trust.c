/* Who may assume the pipeline's role, over an AWS on loopback, and how its trust policy is
 * extended.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "role_room.h"
#include "scratch.h"

#define PLAIN AWS_ROOM_SET(NULL)

/* clang-format off */
static const struct {
    const char *trust;
    enum pt_check_state state;
    bool is_fixable;
    const char *words, *fix;
} POLICIES[] = {
    {ROLE_TRUSTS_ALL,                                                PT_CHECK_OK,      false, ROLE_NAME " names itself, ec2.amazonaws.com and kafkaconnect", ""},
    {ROLE_TRUSTS("{\"Service\":\"ec2.amazonaws.com\"}"),            PT_CHECK_FAIL,    true,
     "does not let the role itself and kafkaconnect.amazonaws.com assume it",                                                     "pintop doctor --fix iam.trust"},
    {ROLE_TRUSTS("{\"AWS\":\"123456789012\",\"Service\":[\"ec2.amazonaws.com\","
            "\"kafkaconnect.amazonaws.com\"]}"),               PT_CHECK_WARN,    true,
     "only the AWS account of the role itself",                                                                                   "--fix iam.trust"},
    {ROLE_TRUSTS("\"*\""),                                          PT_CHECK_WARN,    false, "of any AWS account",                     "instead of \"*\""},
    {ROLE_TRUSTS("{\"AWS\":\"AROAOLDOLDOLDOLDOLD\"}"),              PT_CHECK_FAIL,    true,
     "names AROAOLDOLDOLDOLDOLD, which is what IAM keeps of a role or user that was deleted",                                     "may refuse"},
    {"{\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\"}]}",
                                                               PT_CHECK_FAIL,    false, "denies assuming it",                      "Remove the Deny"},
    {"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" ROLE_ARN "\",\"Service\":["
     "\"ec2.amazonaws.com\",\"kafkaconnect.amazonaws.com\"]},\"Action\":\"sts:AssumeRole\","
     "\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"1\"}}}]}",
                                                               PT_CHECK_WARN,    false, "StringEquals aws:SourceAccount 1",       "Compare the condition"},
    {"oh",                                                     PT_CHECK_UNKNOWN, false, "cannot be judged",                       "IAM console"},
    {"",                                                       PT_CHECK_UNKNOWN, false, "without its trust policy",               "IAM console"},
    {"{\"Statement\":[{\"Effect\":\"Maybe\"}]}",               PT_CHECK_UNKNOWN, false, "statement 1: its Effect",                "IAM console"},
};
/* clang-format on */

static void each_trust_policy_has_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof POLICIES / sizeof *POLICIES; i++) {
        role_room_without_cluster();
        role_room_is(ROLE_ARN, POLICIES[i].trust);
        const struct pt_check *check = doctor_room_check("iam.trust", PLAIN);
        if (check->state != POLICIES[i].state || check->is_fixable != POLICIES[i].is_fixable ||
            strstr(check->evidence, POLICIES[i].words) == NULL ||
            strstr(check->fix, POLICIES[i].fix) == NULL)
            fail_msg("%s: %s%s, %s. Next: %s", POLICIES[i].trust, pt_check_state_word(check->state),
                     check->is_fixable ? " (fixable)" : "", check->evidence, check->fix);
    }
    assert_int_equal(local_aws_count(&aws_room, "UpdateAssumeRolePolicy"), 0);
}

/* A document with a word that stands for a secret would be copied with *** in it. */
#define CONDITION(key)                                                                             \
    "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Federated\":\"f\"},"                   \
    "\"Action\":\"sts:AssumeRoleWithWebIdentity\",\"Condition\":{\"StringEquals\":{\"" key         \
    "\":\"sts.amazonaws.com\"}}}]}"

static void a_command_that_would_be_masked_is_not_offered(void **state)
{
    (void)state;
    static const struct {
        const char *trust;
        bool is_offered;
    } rows[] = {
        {CONDITION("aws:PrincipalOrgID"),                      true },
        {CONDITION("token.actions.githubusercontent.com:aud"), false},
        {CONDITION("aws:TokenIssueTime"),                      true },
    };
    role_room_without_cluster();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        role_room_is(ROLE_ARN, rows[i].trust);
        const struct pt_check *check = doctor_room_check("iam.trust", PLAIN);
        assert_true(check->is_fixable);
        if (rows[i].is_offered != (strstr(check->copy, "update-assume-role-policy") != NULL) ||
            strstr(check->copy, "***") != NULL)
            fail_msg("%s: %s", rows[i].trust, check->copy);
    }
}

/* IAM shows what was written some time after it was: the first answers are still the old ones. */
static void *iam_shows_it_later(void *arg)
{
    char encoded[16000] = "";
    (void)arg;
    local_aws_await(&aws_room, "Action=UpdateAssumeRolePolicy", 1);
    local_aws_await(&aws_room, "Action=GetRole", 4);
    pthread_mutex_lock(&aws_room.lock);
    for (size_t at = 0; at < aws_room.n_heard; at += strlen(aws_room.heard + at) + 1) {
        const char *document = strstr(aws_room.heard + at, "PolicyDocument=");
        if (document != NULL)
            snprintf(encoded, sizeof encoded, "%.*s", (int)strcspn(document + 15, "&"),
                     document + 15);
    }
    pthread_mutex_unlock(&aws_room.lock);
    role_room_is_encoded(ROLE_ARN, encoded);
    return NULL;
}

static char *kept_policy(size_t *n)
{
    glob_t found;
    *n = 0;
    if (glob(scratch_path("state/trust-" ROLE_NAME "-*.json"), 0, NULL, &found) != 0)
        return NULL;
    struct stat is;
    *n = found.gl_pathc;
    char *text = NULL;
    assert_int_equal(stat(found.gl_pathv[0], &is), 0);
    assert_int_equal(is.st_mode & 0777, 0600);
    text = scratch_get(strstr(found.gl_pathv[0], "state/"));
    globfree(&found);
    return text;
}

#define EC2_ONLY                                                                                   \
    "{\"Version\": \"2012-10-17\",\n \"Statement\": {\"Sid\":\"mine\",\"Effect\":\"Allow\","       \
    "\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}}"

static void the_fix_extends_the_policy_and_keeps_the_old_one(void **state)
{
    (void)state;
    char dir[400];
    pthread_t thread;
    size_t n;
    snprintf(dir, sizeof dir, "pintop.state.dir=%s", scratch_path("state"));
    role_room_without_cluster();
    role_room_is(ROLE_ARN, EC2_ONLY);
    local_aws_say(&aws_room, "Action=UpdateAssumeRolePolicy", 200,
                  "<UpdateAssumeRolePolicyResponse/>");
    assert_int_equal(pthread_create(&thread, NULL, iam_shows_it_later, NULL), 0);
    const struct pt_check *check =
        doctor_room_fix("iam.trust", AWS_ROOM_SET(dir), "+         \"AWS\": \"" ROLE_ARN "\",\n");
    pthread_join(thread, NULL);
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_int_equal(local_aws_count(&aws_room, "Action=UpdateAssumeRolePolicy"), 1);
    char *kept = kept_policy(&n);
    assert_int_equal(n, 1);
    assert_string_equal(kept, EC2_ONLY);
    free(kept);
    /* A second time there is nothing to do. */
    doctor_room_fix("iam.trust", AWS_ROOM_SET(dir), NULL);
    assert_int_equal(local_aws_count(&aws_room, "Action=UpdateAssumeRolePolicy"), 1);
}

/* ---- a fix that does not end well ---- */

struct ending {
    const char *trust; /* what IAM shows from the question on; NULL: the same */
    char plan[4096], said[1024], what[1024];
    pt_code code;
};

static bool agree_and_change(void *arg, const struct pt_fix *fix)
{
    struct ending *ending = arg;
    snprintf(ending->plan, sizeof ending->plan, "%s", fix->plan);
    assert_false(fix->is_costly);
    if (ending->trust != NULL)
        role_room_is(ROLE_ARN, ending->trust);
    return true;
}

static void note_ending(void *arg, const struct pt_fix *fix, const char *said,
                        const struct pt_error *err)
{
    struct ending *ending = arg;
    (void)fix;
    ending->code = err->code;
    snprintf(ending->said, sizeof ending->said, "%s", said);
    snprintf(ending->what, sizeof ending->what, "%s", err->what);
}

static void fix_trust_ends(struct ending *ending)
{
    char dir[400];
    const char *id = "iam.trust";
    struct pt_checks checks;
    struct pt_error err;
    const struct pt_doctor doctor = {.only = &id,
                                     .n_only = 1,
                                     .fix = &id,
                                     .n_fix = 1,
                                     .agree = agree_and_change,
                                     .fixed = note_ending,
                                     .arg = ending};
    snprintf(dir, sizeof dir, "pintop.state.dir=%s", scratch_path("state"));
    struct pt_config *cfg =
        aws_room_config(AWS_ROOM_SET("bootstrap.servers=", "security.protocol=", "sasl.mechanism=",
                                     "pintop.user.id=0a1b", "pintop.aws.region=eu-west-1", dir));
    assert_int_equal(pt_doctor_check(cfg, &doctor, &checks, &err), PT_OK);
    assert_int_equal(checks.rows[0].state, PT_CHECK_FAIL);
    pt_checks_done(&checks);
    pt_config_free(cfg);
}

static void a_policy_that_somebody_changed_meanwhile_is_not_written(void **state)
{
    (void)state;
    size_t n;
    struct ending ending = {.trust = ROLE_TRUSTS("{\"Service\":\"kafkaconnect.amazonaws.com\"}")};
    role_room_without_cluster();
    role_room_is(ROLE_ARN, EC2_ONLY);
    fix_trust_ends(&ending);
    assert_int_equal(ending.code, PT_EBUSY);
    assert_non_null(strstr(ending.what, "changed by somebody else"));
    assert_int_equal(local_aws_count(&aws_room, "Action=UpdateAssumeRolePolicy"), 0);
    assert_null(kept_policy(&n));
    assert_int_equal(n, 0);
}

static void what_iam_refuses_is_told_in_its_words(void **state)
{
    (void)state;
    size_t n;
    struct ending ending = {.code = PT_OK};
    role_room_without_cluster();
    role_room_is(ROLE_ARN, EC2_ONLY);
    local_aws_say(&aws_room, "Action=UpdateAssumeRolePolicy", 400,
                  "<ErrorResponse><Error><Code>MalformedPolicyDocument</Code><Message>Invalid "
                  "principal in policy</Message></Error></ErrorResponse>");
    fix_trust_ends(&ending);
    assert_int_not_equal(ending.code, PT_OK);
    assert_non_null(strstr(ending.what, "Invalid principal in policy"));
    assert_null(kept_policy(&n));
    local_aws_say(&aws_room, "Action=UpdateAssumeRolePolicy", 403,
                  ROLE_DENIED("iam:UpdateAssumeRolePolicy"));
    fix_trust_ends(&ending);
    assert_int_equal(ending.code, PT_EAUTH);
    assert_non_null(strstr(ending.what, "iam:UpdateAssumeRolePolicy"));
}

static void a_state_directory_that_cannot_be_made_ends_it_before_anything_is_sent(void **state)
{
    (void)state;
    struct ending ending = {.code = PT_OK};
    role_room_without_cluster();
    role_room_is(ROLE_ARN, EC2_ONLY);
    scratch_put("state", "a file");
    fix_trust_ends(&ending);
    assert_int_equal(ending.code, PT_EIO);
    assert_int_equal(local_aws_count(&aws_room, "Action=UpdateAssumeRolePolicy"), 0);
}

static void a_large_policy_is_told_of_before_it_is_sent(void **state)
{
    (void)state;
    static char trust[8000];
    struct ending ending = {.code = PT_OK};
    role_room_without_cluster();
    snprintf(trust, sizeof trust, "{\"Id\":\"%02100d\",\"Statement\":[]}", 0);
    role_room_is(ROLE_ARN, trust);
    fix_trust_ends(&ending);
    assert_non_null(strstr(ending.plan, "IAM takes 2048, and refuses this unless"));
    snprintf(trust, sizeof trust, "{\"Id\":\"%04090d\",\"Statement\":[]}", 0);
    role_room_is(ROLE_ARN, trust);
    const struct pt_check *check = doctor_room_check("iam.trust", PLAIN);
    assert_int_equal(check->state, PT_CHECK_FAIL);
    assert_false(check->is_fixable);
    assert_non_null(strstr(check->fix, "at most 2048"));
}

/* China has its own name for EC2. */
static void in_china_ec2_has_another_name(void **state)
{
    (void)state;
    const char *only = "iam.trust";
    struct pt_checks checks;
    struct pt_error err;
    const struct pt_doctor doctor = {.only = &only, .n_only = 1};
    role_room_without_cluster();
    role_room_is(ROLE_ARN, ROLE_TRUSTS_ALL);
    struct pt_config *cfg =
        aws_room_config(AWS_ROOM_SET("bootstrap.servers=", "security.protocol=", "sasl.mechanism=",
                                     "pintop.user.id=0a1b", "pintop.aws.region=cn-north-1"));
    assert_int_equal(pt_doctor_check(cfg, &doctor, &checks, &err), PT_OK);
    assert_int_equal(checks.rows[0].state, PT_CHECK_FAIL);
    assert_non_null(strstr(checks.rows[0].evidence, "does not let ec2.amazonaws.com.cn assume it"));
    pt_checks_done(&checks);
    pt_config_free(cfg);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, aws_room_open, aws_room_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_trust_policy_has_its_words),
        TEST(a_command_that_would_be_masked_is_not_offered),
        TEST(the_fix_extends_the_policy_and_keeps_the_old_one),
        TEST(a_policy_that_somebody_changed_meanwhile_is_not_written),
        TEST(what_iam_refuses_is_told_in_its_words),
        TEST(a_state_directory_that_cannot_be_made_ends_it_before_anything_is_sent),
        TEST(a_large_policy_is_told_of_before_it_is_sent),
        TEST(in_china_ec2_has_another_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
