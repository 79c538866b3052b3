#include "deeds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "scratch.h"

struct deeds deeds;

static struct connectors all;
static struct conn_worker worker;
static struct pt_config *cfg;
static struct pt_command cmd;

static void on_news(void *arg, struct conn_news *news)
{
    (void)arg;
    deeds.n_told++;
    conn_news_free(news);
}

/* has_user: there is a user id, which a template needs. */
static void set_up(const struct conn_backend_ops *ops, int port, bool has_user)
{
    char url[80], endpoint[80], dir[128];
    const char *settings[] = {
        "bootstrap.servers=127.0.0.1:9",
        url,
        dir,
        endpoint,
        "pintop.aws.region=us-east-1",
        "pintop.msk.cluster=prod",
        "pintop.connector.role.arn=arn:aws:iam::123456789012:role/conn",
        "pintop.user.id=demo",
    };
    const struct pt_config_args args = {.settings = settings, .n_settings = has_user ? 8 : 7};
    setenv("XDG_CONFIG_HOME", scratch_dir, 1);
    setenv("AWS_CONFIG_FILE", scratch_path("none"), 1);
    setenv("AWS_ACCESS_KEY_ID", "AKIATEST", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    snprintf(url, sizeof url, "pintop.connector.url=http://127.0.0.1:%d", port);
    snprintf(endpoint, sizeof endpoint, "pintop.aws.endpoint.url=http://127.0.0.1:%d", port);
    snprintf(dir, sizeof dir, "pintop.state.dir=%s", scratch_dir);
    if (pt_config_load(&args, &cfg, &deeds.err) != PT_OK)
        fail_msg("%s", deeds.err.what);
    memset(&all, 0, sizeof all);
    memset(&worker, 0, sizeof worker);
    all.opts = (struct connectors_opts){.cfg = cfg, .ops = ops, .news = on_news};
    snprintf(all.url, sizeof all.url, "http://127.0.0.1:%d", port);
    keyring_init(&all.ring);
    aws_pace_init(&all.pace, clock_even_ms);
    worker.connectors = &all;
    pthread_mutex_init(&worker.lock, NULL);
}

static void tear_down(void)
{
    if (worker.has_setup)
        aws_setup_done(&worker.setup);
    pthread_mutex_destroy(&worker.lock);
    keyring_done(&all.ring);
    aws_pace_done(&all.pace);
    pt_config_free(cfg);
}

static void forget_result(void)
{
    free((void *)(uintptr_t)deeds.result.lines);
    free((void *)(uintptr_t)deeds.result.configs);
    memset(&deeds.result, 0, sizeof deeds.result);
}

int deeds_open_connect(void **state)
{
    if (scratch_make(state) != 0)
        return -1;
    fake_worker_start(&deeds.fake, DEEDS_SETTINGS(",\"flush.size\":\"100\""));
    set_up(&conn_connect, deeds.fake.port, true);
    conn_init(&deeds.job.conn);
    snprintf(deeds.job.conn.id, sizeof deeds.job.conn.id, "sink");
    snprintf(deeds.job.conn.name, sizeof deeds.job.conn.name, "sink");
    conn_set(&deeds.job.conn, "connector.class", "x.Sink");
    conn_set(&deeds.job.conn, "topics", "demo.pin");
    conn_set(&deeds.job.conn, "flush.size", "100");
    deeds.job.conn.has_settings = true;
    deeds.n_told = 0;
    return 0;
}

int deeds_open_msk(void **state)
{
    if (deeds_open_connect(state) != 0)
        return -1;
    tear_down();
    set_up(&conn_mskconnect, deeds.fake.port, true);
    snprintf(deeds.job.conn.id, sizeof deeds.job.conn.id, "%s", DEEDS_ARN);
    snprintf(deeds.job.conn.version, sizeof deeds.job.conn.version, "V1");
    return 0;
}

int deeds_open_aws(void **state)
{
    if (deeds_open_msk(state) != 0)
        return -1;
    tear_down();
    local_aws_start(&deeds.aws);
    set_up(&conn_mskconnect, deeds.aws.port, true);
    return 0;
}

int deeds_close(void **state)
{
    forget_result();
    loss_marks_done(&deeds.job.marks);
    conn_done(&deeds.job.conn);
    tear_down();
    fake_worker_stop(&deeds.fake);
    return scratch_remove(state);
}

int deeds_close_aws(void **state)
{
    local_aws_stop(&deeds.aws);
    return deeds_close(state);
}

void deeds_change_backend(const struct conn_backend_ops *ops)
{
    all.opts.ops = ops;
}

void deeds_forget_user(void)
{
    tear_down();
    set_up(&conn_connect, deeds.fake.port, false);
}

/* ---- one command ---- */

pt_code deed_act(const struct conn_deed *deed, const struct pt_command *command)
{
    forget_result();
    memset(&deeds.err, 0, sizeof deeds.err);
    cmd = *command;
    deeds.job.deed = deed;
    deeds.job.command = &cmd;
    snprintf(deeds.result.topic, sizeof deeds.result.topic, "%s",
             command->connector != NULL ? command->connector : "sink");
    return conn_command(&worker, &deeds.job, &deeds.result, &deeds.err);
}

void deed_succeeds(const struct conn_deed *deed, const struct pt_command *command)
{
    if (deed_act(deed, command) != PT_OK)
        fail_msg("%s. %s", deeds.err.what, deeds.err.fix);
}

void deed_is_written(const char *text)
{
    char written[8192];
    fake_worker_written(&deeds.fake, written, sizeof written);
    if (strstr(written, text) == NULL)
        fail_msg("not sent: %s; but:\n%s", text, written);
}

bool deed_has_line(const char *level, const char *text)
{
    for (size_t i = 0; i < deeds.result.n_lines; i++)
        if (strcmp(deeds.result.lines[i].level, level) == 0 &&
            strstr(deeds.result.lines[i].text, text) != NULL)
            return true;
    return false;
}

void deed_has_said(const char *text)
{
    if (strstr(deeds.result.text, text) == NULL)
        fail_msg("it says \"%s\", not \"%s\"", deeds.result.text, text);
}

void deed_has_failed(pt_code code, const char *text)
{
    assert_int_equal(deeds.err.code, code);
    if (strstr(deeds.err.what, text) == NULL)
        fail_msg("it says \"%s\", not \"%s\"", deeds.err.what, text);
}
