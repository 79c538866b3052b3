/* client.properties: what is judged about the file of a Java client, how it is written, and that
 * pintop reads what it wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/url.h"
#include "doctor/java_file.h"
#include "doctor_room.h"
#include "scratch.h"

#define NAME "0a1b-ec2-access-role"
#define ROLE "arn:aws:iam::123456789012:role/team/" NAME
#define IAM "software.amazon.msk.auth.iam."
#define MODULE IAM "IAMLoginModule required "
#define PROTOCOL "security.protocol=SASL_SSL\n"
#define MECHANISM "sasl.mechanism=AWS_MSK_IAM\n"
#define HANDLER "sasl.client.callback.handler.class=" IAM "IAMClientCallbackHandler\n"
#define JAAS(options) "sasl.jaas.config=" MODULE options ";\n"
#define GOOD_JAAS JAAS("awsRoleArn=\"" ROLE "\"")
#define GOOD PROTOCOL MECHANISM GOOD_JAAS HANDLER
#define TOKEN                                                                                      \
    PROTOCOL "sasl.mechanism=OAUTHBEARER\nsasl.jaas.config=org.apache.kafka.common.security."      \
             "oauthbearer.OAuthBearerLoginModule required awsRoleArn=\"" ROLE "\";\n"
#define TOKEN_HANDLER                                                                              \
    "sasl.login.callback.handler.class=" IAM "IAMOAuthBearerLoginCallbackHandler\n"
#define PLAIN AWS_ROOM_SET(NULL)

static char old_dir[4096];

static int open_here(void **state)
{
    if (aws_room_open(state) != 0 || getcwd(old_dir, sizeof old_dir) == NULL)
        return -1;
    mkdir(scratch_path("work"), 0700);
    return chdir(scratch_path("work"));
}

static int close_here(void **state)
{
    return chdir(old_dir) != 0 ? -1 : aws_room_close(state);
}

/* The role is there, with its path; nothing is said about its rights. */
static void well(void)
{
    doctor_room_well();
    local_aws_say(&aws_room, "Action=GetRole", 200,
                  "<GetRoleResponse><GetRoleResult><Role><Arn>" ROLE "</Arn><RoleName>" NAME
                  "</RoleName><AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument></Role>"
                  "</GetRoleResult></GetRoleResponse>");
}

/* ---- a file that is there ---- */

/* clang-format off */
static const struct {
    const char *text, *wrong, *doubt; /* "": nothing */
} FILES[] = {
    {GOOD, "", ""},
    {TOKEN TOKEN_HANDLER, "", ""},
    {"! old\nsecurity.protocol : SASL_\\\n  SSL\nsasl.mechanism=PLAIN\n" MECHANISM GOOD_JAAS HANDLER, "", ""},
    {GOOD "bootstrap.servers=b-1.p.a.c7.kafka.eu-west-1.amazonaws.com:9098, [2001:db8::1]:9198\n", "", ""},
    {"", "security.protocol is not set", ""},
    {"security.protocol=PLAINTEXT\n" MECHANISM GOOD_JAAS HANDLER, "security.protocol is PLAINTEXT", ""},
    {PROTOCOL GOOD_JAAS HANDLER, "sasl.mechanism is not set", ""},
    {PROTOCOL "sasl.mechanism=SCRAM-SHA-512\n" GOOD_JAAS HANDLER, "SCRAM-SHA-512, and IAM needs", ""},
    {PROTOCOL MECHANISM HANDLER, "no sasl.jaas.config, so it names no role", ""},
    {PROTOCOL MECHANISM HANDLER JAAS(""), "no awsRoleArn, so it names no role", ""},
    {PROTOCOL MECHANISM HANDLER JAAS("awsRoleArn=\"arn:aws:iam::123456789012:role/other\""),
     "role/other, and the role is " ROLE, ""},
    {PROTOCOL MECHANISM HANDLER JAAS("awsRoleArn=\"arn:aws:iam::123456789012:role/" NAME "\""),
     "with its path the role's ARN is " ROLE, ""},
    {PROTOCOL MECHANISM HANDLER JAAS("awsRoleArn=\"arn:aws:iam::999999999999:role/" NAME "\""),
     "role/" NAME ", and the role is " ROLE, ""},
    {PROTOCOL MECHANISM HANDLER "sasl.jaas.config=" MODULE "awsRoleArn=\"x;\n", "quote is not closed", ""},
    {PROTOCOL MECHANISM HANDLER "sasl.jaas.config=" MODULE "awsRoleArn=" ROLE ";\n", "Java's client refuses", ""},
    {PROTOCOL MECHANISM HANDLER "sasl.jaas.config=org.x.Other required awsRoleArn=\"" ROLE "\";\n",
     "login module is org.x.Other", ""},
    {PROTOCOL MECHANISM HANDLER JAAS("awsRoleArn=\"" ROLE "\" awsStsRegion=\"nowhere!\""), "not the name of a region", ""},
    {PROTOCOL MECHANISM HANDLER JAAS("awsRoleArn=\"" ROLE "\" awsStsRegion=\"us-east-1\""), "",
     "awsStsRegion is us-east-1, and the cluster is in eu-west-1"},
    {PROTOCOL MECHANISM GOOD_JAAS, "", "Java's client needs " IAM "IAMClientCallbackHandler"},
    {PROTOCOL MECHANISM GOOD_JAAS "sasl.client.callback.handler.class=x.Y\n", "", "is x.Y"},
    {TOKEN, "no sasl.login.callback.handler.class", ""},
    {GOOD "bootstrap.servers=b-1.p.a.c7.kafka.us-east-1.amazonaws.com:9098\n", "are in us-east-1, and the cluster", ""},
    {GOOD "bootstrap.servers=b:9092\n", "port 9092 of b is for plaintext", ""},
    {GOOD "bootstrap.servers=b:9098,c:9094\n", "port 9094 of c is for TLS without IAM", ""},
    {GOOD "bootstrap.servers=b:9096\n", "port 9096 of b is for SCRAM", ""},
    {GOOD "bootstrap.servers=z-1.p:2181\n", "is for ZooKeeper", ""},
    {GOOD "bootstrap.servers=b\n", "b has no port", ""},
    {GOOD "bootstrap.servers=[2001:db8::1]\n", "has no port", ""},
    {GOOD "bootstrap.servers=localhost:19098\n", "", "unless it is forwarded"},
};
/* clang-format on */

static void each_file_is_judged(void **state)
{
    (void)state;
    const struct java_wanted wanted = {.role_name = NAME,
                                       .role_arn = ROLE,
                                       .account = "123456789012",
                                       .region = "eu-west-1",
                                       .servers = ""};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        struct java_file file;
        struct buf wrong, doubts;
        struct pt_error err;
        buf_init(&wrong, 4000);
        buf_init(&doubts, 4000);
        scratch_put("work/f", FILES[i].text);
        assert_int_equal(java_file_read("f", &file, &err), PT_OK);
        java_file_judge(&file, &wanted, &wrong, &doubts);
        const char *bad = wrong.len > 0 ? wrong.data : "", *odd = doubts.len > 0 ? doubts.data : "";
        if ((FILES[i].wrong[0] == '\0' ? bad[0] != '\0' : strstr(bad, FILES[i].wrong) == NULL) ||
            (FILES[i].doubt[0] == '\0' && FILES[i].wrong[0] == '\0'
                 ? odd[0] != '\0'
                 : strstr(odd, FILES[i].doubt) == NULL))
            fail_msg("%s\nwrong: %s\ndoubts: %s", FILES[i].text, bad, odd);
        buf_done(&wrong);
        buf_done(&doubts);
        java_file_done(&file);
    }
}

static void what_is_not_known_of_the_role_is_not_claimed(void **state)
{
    (void)state;
    struct java_file file;
    struct buf wrong, doubts;
    struct pt_error err;
    struct java_wanted wanted = {
        .role_name = NAME, .role_arn = "", .account = "123456789012", .region = "", .servers = ""};
    buf_init(&wrong, 4000);
    buf_init(&doubts, 4000);
    scratch_put("work/f", GOOD);
    assert_int_equal(java_file_read("f", &file, &err), PT_OK);
    java_file_judge(&file, &wanted, &wrong, &doubts);
    assert_int_equal(wrong.len, 0);
    assert_non_null(strstr(doubts.data, "whole ARN is not known"));
    wanted.account = "999999999999";
    java_file_judge(&file, &wanted, &wrong, &doubts);
    assert_non_null(strstr(wrong.data, NAME " of account 999999999999"));
    buf_done(&wrong);
    buf_done(&doubts);
    java_file_done(&file);
}

static void the_check_finds_the_file_and_judges_it(void **state)
{
    (void)state;
    well();
    scratch_put("client.properties", GOOD); /* of the home directory */
    doctor_room_says("client.properties", PLAIN, PT_CHECK_OK,
                     "/client.properties names the role " NAME, NULL);
    scratch_put("work/client.properties", PROTOCOL MECHANISM GOOD_JAAS);
    doctor_room_says("client.properties", PLAIN, PT_CHECK_WARN, "./client.properties: it has no",
                     "Compare");
    scratch_put("work/client.properties", PROTOCOL);
    doctor_room_says("client.properties", PLAIN, PT_CHECK_FAIL,
                     "sasl.mechanism is not set, and IAM needs AWS_MSK_IAM; it has no",
                     "keeps the old one as ./client.properties.old");
    scratch_put("work/client.properties", "{\"security.protocol\":\"SASL_SSL\"}");
    doctor_room_says("client.properties", PLAIN, PT_CHECK_FAIL, "is JSON", "-F");
    scratch_put("work/client.properties", "a=\\u12\n");
    const struct pt_check *check = doctor_room_check("client.properties", PLAIN);
    assert_int_equal(check->state, PT_CHECK_FAIL);
    assert_non_null(strstr(check->evidence, "client.properties:1"));
    assert_false(check->is_fixable);
}

static void without_a_file_it_depends_on_who_logs_in(void **state)
{
    (void)state;
    well();
    doctor_room_says(
        "client.properties", PLAIN, PT_CHECK_WARN,
        "logs in to Kafka as arn:aws:iam::123456789012:user/u, and not as the role " NAME,
        "--fix client.properties");
    local_aws_say(&aws_room, "GetCallerIdentity", 200,
                  "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::"
                  "123456789012:assumed-role/" NAME "/i-1</Arn><UserId>U</UserId><Account>"
                  "123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>");
    doctor_room_says("client.properties", PLAIN, PT_CHECK_NOT_NEEDED, "logs in as the role " NAME,
                     NULL);
    well();
    local_aws_say(&aws_room, "Action=GetRole", 403,
                  "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error>"
                  "</ErrorResponse>");
    doctor_room_says("client.properties", PLAIN, PT_CHECK_UNKNOWN, "needs iam.role", NULL);
}

/* ---- writing ---- */

/* The global address of STS is not there in every partition; where it is, no region is named. */
static void the_region_of_sts_is_written_where_it_is_needed(void **state)
{
    (void)state;
    static const struct {
        const char *region, *old, *jaas;
    } rows[] = {
        {"eu-west-1",  "",                                    "awsRoleArn=\"" ROLE "\";\n"                            },
        {"cn-north-1", "",                                    "awsRoleArn=\"" ROLE "\" awsStsRegion=\"cn-north-1\";\n"},
        {"eu-west-1",  JAAS("awsStsRegion=\"us-east-1\""),
         "awsRoleArn=\"" ROLE "\" awsStsRegion=\"us-east-1\";\n"                                                      },
        {"eu-west-1",  JAAS("awsStsRegion=\"a b!\" x=\"y\""), "awsRoleArn=\"" ROLE "\";\n"                            },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct java_wanted wanted = {.role_name = NAME,
                                           .role_arn = ROLE,
                                           .account = "",
                                           .region = rows[i].region,
                                           .servers = ""};
        struct java_file old;
        struct buf text;
        struct pt_error err;
        scratch_put("work/f", rows[i].old);
        assert_int_equal(java_file_read("f", &old, &err), PT_OK);
        buf_init_secret(&text, 65536);
        assert_int_equal(java_file_make(&old, &wanted, &text, &err), PT_OK);
        if (strstr(text.data, rows[i].jaas) == NULL)
            fail_msg("%s: %s", rows[i].old, text.data);
        buf_done(&text);
        java_file_done(&old);
    }
}

static const char *login_of(const struct pt_config *cfg, const char *name)
{
    for (size_t i = 0; i < pt_config_login_count(cfg); i++)
        if (strcmp(pt_config_login_at(cfg, i).name, name) == 0)
            return pt_config_login_at(cfg, i).value;
    return "";
}

/* The file as pintop reads it. */
static void pintop_reads_it(const char *path, const char *servers)
{
    const struct pt_config_args args = {.files = &path, .n_files = 1};
    struct pt_config *cfg;
    struct pt_error err;
    if (pt_config_load(&args, &cfg, &err) != PT_OK)
        fail_msg("%s", err.what);
    assert_true(pt_config_is_iam(cfg));
    assert_string_equal(login_of(cfg, "sasl.jaas.config awsRoleArn"), ROLE);
    assert_string_equal(pt_config_get(cfg, "bootstrap.servers"), servers);
    assert_int_equal(pt_config_warnings(cfg), 0);
    pt_config_free(cfg);
}

#define SERVERS                                                                                    \
    "b-1.pins.a.c7.kafka.eu-west-1.amazonaws.com:9098,b-2.pins.a.c7.kafka.eu-west-1.amazonaws."    \
    "com:9098"

/* Takes the comment signs off the second form, and drops the first. */
static void use_the_second_form(const char *from, const char *to)
{
    char *text = scratch_get(from), *line = text;
    struct buf out;
    buf_init(&out, 65536);
    while (*line != '\0') {
        size_t len = strcspn(line, "\n") + 1;
        if (strncmp(line, "#sasl", 5) == 0 || strncmp(line, "#security", 9) == 0)
            buf_append(&out, line + 1, len - 1);
        else if (strncmp(line, "bootstrap", 9) == 0)
            buf_append(&out, line, len);
        line += len;
    }
    scratch_put(to, out.data);
    buf_done(&out);
    free(text);
}

static void the_file_that_is_written_is_good_and_pintop_reads_it(void **state)
{
    (void)state;
    struct stat is;
    well();
    const struct pt_check *check =
        doctor_room_fix("client.properties", PLAIN, "awsRoleArn=\"" ROLE "\"");
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_int_equal(stat("client.properties", &is), 0);
    assert_int_equal(is.st_mode & 0777, 0600);
    assert_int_not_equal(access("client.properties.old", F_OK), 0);
    pintop_reads_it("client.properties", SERVERS);
    use_the_second_form("work/client.properties", "work/second");
    pintop_reads_it("second", SERVERS);
    /* A second time there is nothing to do. */
    doctor_room_fix("client.properties", PLAIN, NULL);
}

static void an_old_file_is_kept_beside_it_with_its_other_properties(void **state)
{
    (void)state;
    static const char old[] =
        "# mine\nlinger.ms = 5\nclient.id=a\\\n  "
        "b\\u0020\xc3\xa4\xf0\x9f\x98\x80\nssl.key.password=hush-hush\n" PROTOCOL MECHANISM JAAS(
            "awsProfileName=\"my \\\\\"dev\\\\\"\" awsRoleArn=\"arn:aws:iam::1:role/x\" "
            "awsRoleSecretAccessKey=\"very-secret\"");
    struct stat is;
    well();
    scratch_put("work/client.properties", old);
    const struct pt_check *check =
        doctor_room_fix("client.properties", PLAIN, "- sasl.jaas.config=");
    if (check->state != PT_CHECK_OK)
        fail_msg("%s", check->evidence);
    char *kept = scratch_get("work/client.properties.old"),
         *text = scratch_get("work/client.properties");
    assert_string_equal(kept, old);
    assert_int_equal(stat("client.properties.old", &is), 0);
    assert_int_equal(is.st_mode & 0777, 0600);
    assert_non_null(strstr(text, "linger.ms=5\n"));
    assert_non_null(strstr(text, "ssl.key.password=hush-hush\n"));
    assert_non_null(strstr(text, "very-secret"));
    assert_null(strstr(text, "role/x"));
    assert_non_null(strstr(text, "client.id=ab \\u00e4\\ud83d\\ude00\n")); /* for Java */
    free(kept);
    free(text);
    const char *path = "client.properties";
    const struct pt_config_args args = {.files = &path, .n_files = 1};
    struct pt_config *cfg;
    struct pt_error err;
    if (pt_config_load(&args, &cfg, &err) != PT_OK)
        fail_msg("%s", err.what);
    assert_string_equal(login_of(cfg, "sasl.jaas.config awsProfileName"), "my \"dev\"");
    assert_string_equal(pt_config_get(cfg, "client.id"), "ab \xc3\xa4\xf0\x9f\x98\x80");
    pt_config_free(cfg);
    /* Another one that is kept does not replace the first. */
    scratch_put("work/client.properties", PROTOCOL);
    doctor_room_fix("client.properties", PLAIN, "client.properties.old");
    char *second = scratch_get("work/client.properties.old.2");
    assert_string_equal(second, PROTOCOL);
    free(second);
}

static bool no_secret_is_planned(void *arg, const struct pt_fix *fix)
{
    (void)arg;
    if (strstr(fix->plan, "very-secret") != NULL || strstr(fix->plan, "hush-hush") != NULL)
        fail_msg("%s", fix->plan);
    return false;
}

static void no_secret_is_shown_of(const char *old)
{
    const char *id = "client.properties";
    struct pt_checks checks;
    struct pt_error err;
    const struct pt_doctor doctor = {
        .only = &id, .n_only = 1, .fix = &id, .n_fix = 1, .agree = no_secret_is_planned};
    well();
    scratch_put("work/client.properties", old);
    struct pt_config *cfg =
        aws_room_config(AWS_ROOM_SET("bootstrap.servers=", "security.protocol=", "sasl.mechanism=",
                                     "pintop.user.id=0a1b", "pintop.aws.region=eu-west-1"));
    assert_int_equal(pt_doctor_check(cfg, &doctor, &checks, &err), PT_OK);
    assert_int_equal(checks.rows[0].state, PT_CHECK_FAIL);
    assert_true(checks.rows[0].is_fixable);
    assert_null(strstr(checks.rows[0].evidence, "very-secret"));
    assert_int_not_equal(access("client.properties.old", F_OK), 0);
    pt_checks_done(&checks);
    pt_config_free(cfg);
}

/* Java takes a blank or a colon for the separator, and a backslash for "it goes on". */
static void no_secret_of_the_old_file_is_shown(void **state)
{
    (void)state;
    static const char old[] =
        "ssl.key.password hush-hush\nssl.truststore.password : \\\n   hush-hush-2\n"
        "ssl.keystore.password=hush\\\n  -hush-3\nsasl.jaas.config " MODULE
        "\\\n awsRoleArn=\"arn:aws:iam::1:role/x\" awsRoleSecretAccessKey=\\\n "
        "\"very-secret\";\n" MECHANISM;
    no_secret_is_shown_of("ssl.key.password=hush-hush\n" MECHANISM JAAS(
        "awsRoleArn=\"arn:aws:iam::1:role/x\" awsRoleSecretAccessKey=\"very-secret\""));
    no_secret_is_shown_of(old);
}

/* Cut off between keeping the old file and writing the new one, it is completed by the next run. */
static void what_was_cut_off_is_completed(void **state)
{
    (void)state;
    well();
    scratch_put("work/client.properties", PROTOCOL);
    scratch_put("work/client.properties.old", PROTOCOL);
    doctor_room_fix("client.properties", PLAIN, "+ sasl.mechanism=AWS_MSK_IAM\n");
    assert_int_not_equal(access("client.properties.old.2", F_OK), 0);
    pintop_reads_it("client.properties", SERVERS);
}

/* The file of -F is the one that is judged and rewritten; a context is judged, and left alone. */
static void the_file_in_use_comes_first(void **state)
{
    (void)state;
    const char *id = "client.properties", *path = "used.properties", *context = "prod";
    char url[200];
    struct pt_checks checks;
    struct pt_error err;
    struct pt_config *cfg;
    const struct pt_doctor doctor = {.only = &id, .n_only = 1};
    snprintf(url, sizeof url, "pintop.aws.endpoint.url=%s", local_aws_url(&aws_room));
    const char *const settings[] = {url, "pintop.user.id=0a1b", "pintop.aws.region=eu-west-1"};
    struct pt_config_args args = {
        .files = &path, .n_files = 1, .settings = settings, .n_settings = 3};
    well();
    scratch_put("work/client.properties", GOOD);
    scratch_put("work/used.properties", PROTOCOL MECHANISM "bootstrap.servers=b:9098\n");
    assert_int_equal(pt_config_load(&args, &cfg, &err), PT_OK);
    assert_int_equal(pt_doctor_check(cfg, &doctor, &checks, &err), PT_OK);
    if (checks.rows[0].state != PT_CHECK_FAIL || !checks.rows[0].is_fixable ||
        strstr(checks.rows[0].evidence, "used.properties: it has no sasl.jaas.config") == NULL)
        fail_msg("%s", checks.rows[0].evidence);
    pt_checks_done(&checks);
    pt_config_free(cfg);
    mkdir(scratch_path("pintop"), 0700);
    scratch_put("pintop/prod.properties",
                PROTOCOL MECHANISM JAAS(
                    "awsRoleArn=\"arn:aws:iam::1:role/x\"") "bootstrap.servers=b:9098\n");
    args.n_files = 0;
    args.context = context;
    if (pt_config_load(&args, &cfg, &err) != PT_OK)
        fail_msg("%s", err.what);
    assert_int_equal(pt_doctor_check(cfg, &doctor, &checks, &err), PT_OK);
    if (checks.rows[0].state != PT_CHECK_FAIL || checks.rows[0].is_fixable ||
        strstr(checks.rows[0].fix, "Correct it in ") == NULL)
        fail_msg("%s. %s", checks.rows[0].evidence, checks.rows[0].fix);
    pt_checks_done(&checks);
    pt_config_free(cfg);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_here, close_here)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_file_is_judged),
        TEST(what_is_not_known_of_the_role_is_not_claimed),
        TEST(the_check_finds_the_file_and_judges_it),
        TEST(without_a_file_it_depends_on_who_logs_in),
        TEST(the_region_of_sts_is_written_where_it_is_needed),
        TEST(the_file_that_is_written_is_good_and_pintop_reads_it),
        TEST(an_old_file_is_kept_beside_it_with_its_other_properties),
        TEST(no_secret_of_the_old_file_is_shown),
        TEST(what_was_cut_off_is_completed),
        TEST(the_file_in_use_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
