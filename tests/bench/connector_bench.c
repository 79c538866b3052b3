/* The Connector page with 200 connectors, 2,000 tasks and 10,000 partitions: a snapshot taken and
 * drawn, by section; and what the reactor does for them in a second: verdicts and the section. p99
 * of many rounds, on one thread. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "connector/watch/connectors.h"
#include "connector/watch/lag.h"
#include "desk/section.h"
#include "term/key.h"
#include "ui/dispatch.h"
#include "ui/frame.h"

enum { CONNECTORS = 200, TASKS = 10, PARTITIONS = 50, ROUNDS = 300, ROWS = 40, COLS = 120 };

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double p99(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_size);
    return values[n - 1 - n / 100];
}

/* ---- the reactor's side ---- */

static void fill_conn(struct conn *conn, int i)
{
    conn_init(conn);
    snprintf(conn->name, sizeof conn->name, "connector-%03d", i);
    snprintf(conn->id, sizeof conn->id, "%s", conn->name);
    snprintf(conn->kind, sizeof conn->kind, "sink");
    snprintf(conn->state, sizeof conn->state, "RUNNING");
    conn_set(conn, "topics.regex", "demo\\..*");
    conn_set(conn, "s3.bucket.name", "bucket");
    conn_set(conn, "flush.size", "100");
    for (int k = 0; k < 25; k++) {
        char name[32];
        snprintf(name, sizeof name, "setting.%d", k);
        conn_set(conn, name, "a value of some length, as they are");
    }
    conn->has_settings = conn->has_tasks = true;
    conn->tasks = calloc(TASKS, sizeof *conn->tasks);
    conn->n_tasks = TASKS;
    for (int t = 0; t < TASKS; t++) {
        conn->tasks[t].id = t;
        bool is_failed = i % 10 == 0 && t == 0;
        snprintf(conn->tasks[t].state, sizeof conn->tasks[t].state,
                 is_failed ? "FAILED" : "RUNNING");
        if (is_failed)
            conn->tasks[t].trace =
                conn_trace("x.Y: it broke\n\tat a.B.c(B.java:1)\nCaused by: why");
    }
    conn_read_rules(conn);
}

static void fill_model(struct conn_models *cs, int64_t at_ms)
{
    static struct lag_row rows[PARTITIONS];
    cs->ops = &conn_connect;
    cs->n = CONNECTORS;
    cs->items = calloc(CONNECTORS, sizeof *cs->items);
    for (int i = 0; i < CONNECTORS; i++) {
        struct conn_model *cm = &cs->items[i];
        fill_conn(&cm->conn, i);
        sink_read(&cm->conn, &cm->sink);
        pace_init(&cm->pace);
        cm->restarted_ms = PT_UNKNOWN;
        cm->asked_ms = cm->state_since_ms = cm->tasks_since_ms = at_ms;
        cm->lag = cm->in_ms = cm->out_ms = PT_UNKNOWN;
        cm->objects_asked_ms = cm->metrics_asked_ms = cm->log_asked_ms = cm->checks_asked_ms =
            cm->objects.newest_ms = PT_UNKNOWN;
        cm->in_slow = NAN;
        cm->failed = i % 10 == 0;
        cm->running = TASKS - cm->failed;
        for (int look = 0; look < 3; look++) {
            for (int p = 0; p < PARTITIONS; p++) {
                rows[p] = (struct lag_row){.partition = p, .committed = 100, .high = 150 + look};
                snprintf(rows[p].topic, sizeof rows[p].topic, "demo.topic-%03d", i);
            }
            conn_lag_update(cm, &cm->sink, rows, PARTITIONS, (at_ms + look * 1000) * 1000,
                            at_ms + look * 1000);
        }
    }
}

static const struct pt_connectors_section *measure_reactor(void)
{
    static struct conn_models connectors;
    static struct settings set;
    static struct pt_run run;
    static struct events events;
    static struct inbox inbox;
    static struct pt_snapshot now;
    static struct owner owner;
    static struct desk desk = {.set = &set,
                               .run = &run,
                               .clock = &clock_machine,
                               .owner = &owner,
                               .now = &now,
                               .events = &events,
                               .inbox = &inbox};
    struct pt_config *cfg;
    const char *settings[] = {"bootstrap.servers=127.0.0.1:1", "pintop.connector.url=http://h"};
    const struct pt_config_args args = {.settings = settings, .n_settings = 2};
    struct pt_error err;
    static double ticks[ROUNDS], sections[ROUNDS];
    const void *section = NULL;
    if (!events_init(&events) || !inbox_init(&inbox) || pt_config_load(&args, &cfg, &err) != PT_OK)
        abort();
    desk.cfg = cfg;
    conn_models_init(&connectors, &desk);
    fill_model(&connectors, (int64_t)time(NULL) * 1000);
    for (int i = 0; i < ROUNDS; i++) {
        connectors.judged_ms = 0;
        double begun = now_ms();
        conn_models_tick(&connectors);
        ticks[i] = now_ms() - begun;
        section_release(section);
        connectors.is_dirty = true;
        begun = now_ms();
        section = conn_models_section(&connectors);
        sections[i] = now_ms() - begun;
    }
    printf("connectors_verdicts_p99 %.3f ms\n", p99(ticks, ROUNDS));
    printf("connectors_section_p99 %.3f ms\n", p99(sections, ROUNDS));
    return section;
}

/* ---- the screen's side ---- */

static void measure_page(const struct pt_connectors_section *section)
{
    struct ui ui;
    struct ui_host host = {.link = NULL};
    struct looks looks = {false, false};
    static double times[ROUNDS];
    struct pt_snapshot snap = *ui_unknown_snapshot();
    struct canvas *canvas = canvas_new(ROWS, COLS, false);
    static const struct {
        const char *name, *keys;
    } views[] = {
        {"list",    "3"    },
        {"verdict", "3\r"  },
        {"tasks",   "3\r]" },
        {"lag",     "3\r]]"},
        {"history", "3\r[" },
    };
    snap.connectors = section;
    if (canvas == NULL)
        abort();
    for (size_t v = 0; v < sizeof views / sizeof *views; v++) {
        if (ui_init(&ui, &host, &looks) != PT_OK)
            abort();
        ui_size(&ui, ROWS, COLS);
        ui_snapshot(&ui, &snap, 1795403558000);
        for (const char *key = views[v].keys; *key != '\0'; key++)
            ui_key(&ui, *key == '\r' ? KEY_ENTER_ : *key);
        for (int i = 0; i < ROUNDS; i++) {
            double begun = now_ms();
            ui_snapshot(&ui, &snap, 1795403558000 + i * 1000);
            ui_draw(&ui, canvas);
            times[i] = now_ms() - begun;
        }
        printf("connector_page_%s_p99 %.3f ms\n", views[v].name, p99(times, ROUNDS));
        ui_done(&ui);
    }
    canvas_free(canvas);
}

int main(void)
{
    measure_page(measure_reactor());
    return 0;
}
