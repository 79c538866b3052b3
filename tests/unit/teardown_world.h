/* A world in which everything is there that was created and noted, on loopback and in the scratch
 * folder: for the tests of teardown. */
#ifndef UNIT_TEARDOWN_WORLD_H
#define UNIT_TEARDOWN_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws_room.h"
#include "base/clock.h"
#include "doctor/noted.h"
#include "pintop/report.h"
#include "pintop/teardown.h"
#include "scratch.h"
#include "shell.h"
#include "state/created.h"

#define CONNECTOR "arn:aws:kafkaconnect:eu-west-1:123456789012:connector/0a1b-connector/1-2"
#define PLUGIN "arn:aws:kafkaconnect:eu-west-1:123456789012:custom-plugin/0a1b-plugin/3-4"
#define ROLE "0a1b-ec2-access-role"
#define OLD_TRUST "{\"Version\": \"2012-10-17\", \"Statement\": []}"
#define NEW_TRUST "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\"}]}"

/* AWS as it is. */
static struct world {
    bool has_connector, has_plugin, has_zip, is_delete_denied, is_lost;
    int revision, looks_until_gone, looks_left; /* of what is being deleted */
    int64_t created_ms;
    const char *etag, *connector_name;
    char trust[400];
    char writes[600]; /* in order, each with a blank behind it */
} world;

static void world_send(int fd, int status, const char *headers, const char *body, bool is_head)
{
    char head[400];
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 %d x\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n", status,
                     headers, strlen(body));
    send(fd, head, (size_t)n, MSG_NOSIGNAL);
    if (!is_head)
        send(fd, body, strlen(body), MSG_NOSIGNAL);
}

static void world_wrote(const char *what)
{
    size_t used = strlen(world.writes);
    snprintf(world.writes + used, sizeof world.writes - used, "%s", what);
}

static bool world_refuses(int fd, const char *action)
{
    char body[300];
    if (!world.is_delete_denied)
        return false;
    snprintf(body, sizeof body,
             "{\"Message\":\"User: u is not authorized to perform: %s\",\"__type\":"
             "\"AccessDeniedException\"}",
             action);
    world_send(fd, 403, "Content-Type: application/json\r\n", body, false);
    return true;
}

/* A thing that is being deleted is seen for some looks more. */
static void world_thing(int fd, const char *request, bool *is_there, const char *what,
                        const char *action, const char *body)
{
    static const char json[] = "Content-Type: application/json\r\n";
    if (*is_there && strncmp(request, "DELETE ", 7) == 0) {
        if (world_refuses(fd, action))
            return;
        world_wrote(what);
        world.looks_left = world.looks_until_gone;
        world_send(fd, world.is_lost ? 500 : 200, json, "{}", false);
        return;
    }
    if (world.looks_left > 0 && --world.looks_left == 0)
        *is_there = false;
    if (*is_there)
        world_send(fd, 200, json, body, false);
    else
        world_send(fd, 404, json, "{\"message\":\"m\",\"__type\":\"NotFoundException\"}", false);
}

static void world_object(int fd, const char *request)
{
    char headers[200];
    bool is_head = strncmp(request, "HEAD ", 5) == 0;
    snprintf(headers, sizeof headers,
             "ETag: %s\r\nLast-Modified: Mon, 30 Nov 2026 06:00:00 GMT\r\n", world.etag);
    if (!world.has_zip)
        world_send(fd, 404, "", "", is_head);
    else if (is_head)
        world_send(fd, 200, headers, "12345", true);
    else {
        assert_non_null(strcasestr(request, "\r\nif-match: \"e1\"\r\n"));
        world_wrote("zip ");
        world.has_zip = false;
        world_send(fd, 204, "", "", false);
    }
}

static void world_role(int fd, const char *request)
{
    char body[1200];
    if (strstr(request, "Action=UpdateAssumeRolePolicy") != NULL) {
        world_wrote("trust ");
        snprintf(world.trust, sizeof world.trust, OLD_TRUST);
        world_send(fd, 200, "", "<R/>", false);
        return;
    }
    snprintf(body, sizeof body,
             "<R><GetRoleResult><Role><Arn>arn:aws:iam::123456789012:role/" ROLE
             "</Arn><RoleName>" ROLE "</RoleName><AssumeRolePolicyDocument>%s"
             "</AssumeRolePolicyDocument></Role></GetRoleResult></R>",
             world.trust);
    world_send(fd, 200, "Content-Type: text/xml\r\n", body, false);
}

static bool world_hook(void *arg, int fd, const char *request)
{
    char connector[600], plugin[600], list[700], when[40];
    (void)arg;
    clock_format_ms(world.created_ms, when, sizeof when);
    snprintf(connector, sizeof connector,
             "{\"connectorArn\":\"" CONNECTOR "\",\"connectorName\":\"%s\",\"connectorState\":"
             "\"RUNNING\",\"creationTime\":\"%s\"}",
             world.connector_name, when);
    snprintf(plugin, sizeof plugin,
             "{\"customPluginArn\":\"" PLUGIN "\",\"name\":\"0a1b-plugin\",\"customPluginState\":"
             "\"ACTIVE\",\"creationTime\":\"%s\",\"latestRevision\":{\"revision\":%d}}",
             when, world.revision);
    if (strstr(request, " /v1/connectors?") != NULL) {
        snprintf(list, sizeof list, "{\"connectors\":[%s]}", world.has_connector ? connector : "");
        world_send(fd, 200, "Content-Type: application/json\r\n", list, false);
    } else if (strstr(request, " /v1/custom-plugins?") != NULL) {
        snprintf(list, sizeof list, "{\"customPlugins\":[%s]}", world.has_plugin ? plugin : "");
        world_send(fd, 200, "Content-Type: application/json\r\n", list, false);
    } else if (strstr(request, " /v1/connectors/") != NULL) {
        world_thing(fd, request, &world.has_connector, "connector ", "kafkaconnect:DeleteConnector",
                    connector);
    } else if (strstr(request, " /v1/custom-plugins/") != NULL) {
        world_thing(fd, request, &world.has_plugin, "plugin ", "kafkaconnect:DeleteCustomPlugin",
                    plugin);
    } else if (strstr(request, "/kafka-connect-s3/p.zip") != NULL) {
        world_object(fd, request);
    } else if (strstr(request, "RolePolicy") != NULL || strstr(request, "Action=GetRole") != NULL) {
        world_role(fd, request);
    } else {
        return false;
    }
    return true;
}

/* ---- what was created ---- */

static void note(enum created_kind kind, const char *name, const char *arn, const char *mark,
                 const char *ref, bool is_made)
{
    struct created thing = {.kind = kind, .is_new = true};
    struct pt_error err;
    snprintf(thing.name, sizeof thing.name, "%s", name);
    snprintf(thing.arn, sizeof thing.arn, "%s", arn);
    snprintf(thing.mark, sizeof thing.mark, "%s", mark);
    snprintf(thing.ref, sizeof thing.ref, "%s", ref);
    if (kind <= CREATED_TRUST)
        snprintf(thing.account, sizeof thing.account, "123456789012");
    if (kind <= CREATED_ZIP)
        snprintf(thing.region, sizeof thing.region, "eu-west-1");
    assert_int_equal(created_begin(scratch_path("state"), &thing, &err), PT_OK);
    if (is_made)
        assert_int_equal(created_made(scratch_path("state"), &thing, &err), PT_OK);
}

static const char *key_sum(void)
{
    static char sum[100];
    char *text;
    shell("ssh-keygen -q -t ed25519 -N '' -f \"%s\" && ssh-keygen -lf \"%s\" >\"%s\"",
          scratch_path("k.pem"), scratch_path("k.pem"), scratch_path("sum"));
    text = scratch_get("sum");
    assert_non_null(text);
    const char *at = strstr(text, "SHA256:");
    snprintf(sum, sizeof sum, "%.*s", (int)strcspn(at + 7, " "), at + 7);
    free(text);
    return sum;
}

__attribute__((unused)) static void note_all(void)
{
    char sum[NOTED_SUM_MAX];
    note(CREATED_KEY_FILE, scratch_path("k.pem"), "", key_sum(), "/ec2/keypair/k", true);
    scratch_put(".gitignore", "a\n*.pem\nb\n");
    note(CREATED_IGNORE_LINE, scratch_path(".gitignore"), "", scratch_path("k.pem"), "*.pem", true);
    scratch_put("client.properties", "x=y\n");
    noted_sum("x=y\n", 4, sum);
    note(CREATED_JAVA_FILE, scratch_path("client.properties"), "", sum, "", true);
    scratch_put("kept.json", OLD_TRUST);
    noted_policy_sum(NEW_TRUST, sum);
    note(CREATED_TRUST, ROLE, "", sum, scratch_path("kept.json"), true);
    note(CREATED_ZIP, "kafka-connect-s3/p.zip", "", "\"e1\"", "0a1b-bucket", true);
    note(CREATED_PLUGIN, "0a1b-plugin", PLUGIN, "", "", true);
    note(CREATED_CONNECTOR, "0a1b-connector", CONNECTOR, "", "", true);
    world = (struct world){.has_connector = true,
                           .has_plugin = true,
                           .has_zip = true,
                           .revision = 1,
                           .looks_until_gone = 1,
                           .created_ms = clock_real_ms(),
                           .etag = "\"e1\"",
                           .connector_name = "0a1b-connector",
                           .trust = NEW_TRUST};
    local_aws_say(&aws_room, "GetCallerIdentity", 200, AWS_ROOM_WHO);
    local_aws_hook(&aws_room, world_hook, NULL);
}

/* ---- teardown ---- */

static struct pt_made_list made;
static bool is_unattended;
static const char *declined; /* the kind that is not agreed to; NULL: all are */

static bool agree(void *arg, const struct pt_made *thing)
{
    (void)arg;
    assert_int_equal(thing->state, PT_MADE_THERE);
    assert_true(thing->loss[0] != '\0');
    return declined == NULL || strcmp(declined, thing->kind) != 0;
}

static pt_code tear_with(const char *setting, bool is_plan, struct pt_error *err)
{
    const struct pt_teardown how = {
        .is_plan = is_plan, .is_unattended = is_unattended, .agree = agree};
    char state[300];
    snprintf(state, sizeof state, "pintop.state.dir=%s", scratch_path("state"));
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET(
        "bootstrap.servers=", "security.protocol=", "sasl.mechanism=", "pintop.user.id=0a1b",
        "pintop.aws.region=eu-west-1", state, setting));
    pt_made_list_done(&made);
    pt_code code = pt_teardown_run(cfg, &how, &made, err);
    pt_config_free(cfg);
    return code;
}

__attribute__((unused)) static void tear_down(void)
{
    struct pt_error err;
    if (tear_with(NULL, false, &err) != PT_OK)
        fail_msg("%s. %s", err.what, err.fix);
}

static const struct pt_made *made_of(const char *kind)
{
    for (size_t i = 0; i < made.n; i++)
        if (strcmp(made.rows[i].kind, kind) == 0)
            return &made.rows[i];
    fail_msg("no %s is listed", kind);
    return NULL;
}

static void is_left(const char *kind, enum pt_made_state state, const char *evidence)
{
    const struct pt_made *thing = made_of(kind);
    if (thing->state != state || thing->end != PT_MADE_LEFT ||
        strstr(thing->evidence, evidence) == NULL)
        fail_msg("%s is %s and %s: %s\nwanted %s: …%s…", kind, pt_made_state_word(thing->state),
                 pt_made_end_word(thing->end), thing->evidence, pt_made_state_word(state),
                 evidence);
}

static int close_room(void **state)
{
    pt_made_list_done(&made);
    declined = NULL;
    is_unattended = false;
    return aws_room_close(state);
}

#endif
