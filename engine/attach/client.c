#include "attach/client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shown.h"
#include "base/text.h"
#include "pintop/link.h"
#include "pintop/report.h"

/* Answers that a client leaves untaken, beside a frame. */
enum { CLIENT_ANSWERS_MAX = 1 << 20, CLIENT_IDS = 32, CLIENT_NUMBERS = 20 };

void client_begin(struct attach_client *client, int fd, uint64_t number, int64_t pid,
                  int64_t now_us)
{
    *client = (struct attach_client){.pid = pid, .moved_us = now_us};
    /* IDs of its own, which no command of the engine has: they stay below 2^53. */
    client->first_id = (number % ((UINT64_C(1) << CLIENT_NUMBERS) - 1) + 1) << CLIENT_IDS;
    wire_init(&client->wire, fd, WIRE_LINE_MAX);
}

void client_end(struct attach_client *client)
{
    if (client->wire.fd < 0)
        return;
    wire_done(&client->wire);
    pt_snapshot_release(client->sent);
    free(client->topics);
    *client = (struct attach_client){.wire.fd = -1};
}

/* ---- what it asks ---- */

/* The last line for it. */
static void client_bye(struct attach_client *client, const char *why)
{
    wire_put(&client->wire, "bye", why);
    client->is_ending = true;
}

static void client_refuse(struct attach_client *client, uint64_t id, const struct pt_error *why)
{
    char number[32];
    char *json = pt_error_json(why);
    if (json == NULL)
        return;
    snprintf(number, sizeof number, "refused %" PRIu64, id);
    wire_put(&client->wire, number, json);
    free(json);
}

static bool client_command(struct attach_client *client, const struct pt_serving_host *host,
                           char *rest)
{
    int64_t id, asked_ms;
    struct pt_command *cmd = NULL;
    struct pt_error err = {0};
    if (!wire_number(&rest, &id) || !wire_number(&rest, &asked_ms) || asked_ms < 0 ||
        (uint64_t)id >> CLIENT_IDS != client->first_id >> CLIENT_IDS)
        return false;
    pt_code code = pt_command_read(rest, strlen(rest), &cmd, &err);
    if (code == PT_OK)
        code = host->submit(host->arg, cmd, (uint64_t)id, asked_ms, &err);
    if (code != PT_OK)
        client_refuse(client, (uint64_t)id, &err);
    pt_command_free(cmd);
    return true;
}

static void client_look(struct attach_client *client, char *rest)
{
    char(*topics)[PT_TOPIC_MAX] = calloc(CLIENT_TOPICS_MAX, sizeof *topics);
    size_t n = 0;
    while (topics != NULL && *rest != '\0' && n < CLIENT_TOPICS_MAX)
        text_copy(topics[n++], PT_TOPIC_MAX, wire_word(rest, &rest));
    if (topics == NULL)
        return; /* the previous list stays */
    free(client->topics);
    client->topics = topics;
    client->n_topics = n;
}

static bool client_stop(const struct attach_client *client, const struct pt_serving_host *host,
                        char *rest)
{
    char why[120], said[100];
    int64_t asked_ms, limit_ms;
    if (!wire_number(&rest, &asked_ms) || !wire_number(&rest, &limit_ms) || asked_ms < 0 ||
        limit_ms < PT_STOP_CONFIGURED || limit_ms > PT_STOP_MAX_MS)
        return false;
    shown_str(said, sizeof said, rest);
    text_put(why, sizeof why, "pintop %" PRId64 ": %s", client->pid, said);
    host->stop(host->arg, why, limit_ms, asked_ms);
    return true;
}

static bool client_hello(struct attach_client *client, const char *hello, char *rest)
{
    char text[80];
    int64_t protocol;
    if (!wire_number(&rest, &protocol))
        return false;
    snprintf(text, sizeof text, "hello %d %" PRIu64, WIRE_PROTOCOL, client->first_id);
    wire_put(&client->wire, text, hello);
    client->is_greeted = protocol == WIRE_PROTOCOL;
    if (!client->is_greeted)
        client_bye(client, "it speaks another protocol than this engine");
    return true;
}

/* Returns false for a line that no pintop writes. */
static bool client_take(struct attach_client *client, const struct pt_serving_host *host,
                        const char *hello, char *line, bool *is_look_new)
{
    char *rest, *word = wire_word(line, &rest);
    if (strcmp(word, "hello") == 0)
        return !client->is_greeted && client_hello(client, hello, rest);
    if (!client->is_greeted)
        return false;
    if (strcmp(word, "command") == 0)
        return client_command(client, host, rest);
    if (strcmp(word, "stop") == 0)
        return client_stop(client, host, rest);
    if (strcmp(word, "look") != 0)
        return false;
    client_look(client, rest);
    *is_look_new = true;
    return true;
}

bool client_read(struct attach_client *client, const struct pt_serving_host *host,
                 const char *hello, bool *is_look_new)
{
    char *line;
    size_t len;
    if (client->is_ending)
        return true; /* its last line is on the way; what it says is not read any more */
    if (!wire_read(&client->wire))
        return false;
    while (!client->is_ending && (line = wire_line(&client->wire, &len)) != NULL)
        if (strlen(line) != len || !client_take(client, host, hello, line, is_look_new))
            client_bye(client, "what came is not what a pintop says");
    if (!client->is_ending && client->wire.is_too_long)
        client_bye(client, "a line is longer than 1 MiB");
    return true;
}

/* ---- what it gets ---- */

bool client_write(struct attach_client *client, int64_t now_us)
{
    bool moved;
    if (client->is_greeted && wire_pending(&client->wire) == 0)
        client->moved_us = now_us;
    if (!wire_flush(&client->wire, &moved) || client->wire.out.is_over)
        return false;
    if (moved)
        client->moved_us = now_us;
    size_t pending = wire_pending(&client->wire);
    if (pending == 0)
        client->frame_end = 0;
    if (pending > client->frame_end + CLIENT_ANSWERS_MAX)
        return false;
    return pending > 0 || !client->is_ending;
}

int64_t client_due_us(const struct attach_client *client, int64_t stall_ms)
{
    if (client->wire.fd < 0 || (client->is_greeted && wire_pending(&client->wire) == 0))
        return INT64_MAX;
    return client->moved_us + stall_ms * 1000;
}

bool client_wants_frame(const struct attach_client *client, const struct pt_snapshot *now)
{
    return client->wire.fd >= 0 && client->is_greeted && !client->is_ending &&
           client->sent != now && wire_pending(&client->wire) == 0;
}

void client_put_frame(struct attach_client *client, const char *frame,
                      const struct pt_snapshot *now)
{
    wire_put(&client->wire, "snapshot", frame);
    client->frame_end = wire_pending(&client->wire);
    pt_snapshot_release(client->sent);
    client->sent = pt_snapshot_acquire(now);
}
