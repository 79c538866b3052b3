/* The pipeline as a picture. */
#include "page/pipeline.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page/names.h"
#include "page/shared.h"
#include "widget/chart.h"
#include "widget/format.h"

enum { AT_DELIVERY, AT_TOPIC, AT_SINK, AT_OBJECT };

/* ---- states ---- */

/* The joint that the verdict is about; -1: about none of them, or nothing is wrong. */
static int pipeline_accused(const struct pt_session_section *session)
{
    if (session->verdict == PT_V_OK || session->verdict == PT_V_IDLE)
        return -1;
    switch (session->verdict_hop) {
    case PT_HOP_LOGIN:
    case PT_HOP_KAFKA:
    case PT_HOP_STREAM:
    case PT_HOP_DELIVERY:
        return AT_DELIVERY;
    case PT_HOP_SINK:
        return AT_SINK;
    case PT_HOP_NONE:
        break;
    }
    return -1;
}

/* Sums that become unknown as soon as one part of them is. */
static void pipeline_add(int64_t *sum, int64_t part)
{
    *sum = *sum == PT_UNKNOWN || part == PT_UNKNOWN ? PT_UNKNOWN : *sum + part;
}

static enum joint_state joint_moves(double per_s)
{
    return isnan(per_s) ? JOINT_UNKNOWN : per_s > 0 ? JOINT_FLOWS : JOINT_IDLE;
}

/* What pipeline_joints finds of the streams and their topics. */
struct pipeline_sums {
    double delivered_per_s, in_per_s, out_per_s; /* NAN: of one of them it is unknown */
    int64_t in_flight, not_in_topic, lag;
    int64_t newest_ms; /* of all their objects; PT_UNKNOWN: of none */
    int n_streams;
    bool has_faulty_stream;
};

static void pipeline_add_topic(const struct page_desk *desk, const struct pt_stream *stream,
                               struct pipeline_sums *sums)
{
    const struct pt_topic *topic = topic_find(desk->snap, stream->topic);
    sums->in_per_s += topic != NULL ? topic->in_per_s : (double)NAN;
    sums->out_per_s += topic != NULL ? topic->out_per_s : (double)NAN;
    pipeline_add(&sums->lag, topic != NULL ? topic->lag : PT_UNKNOWN);
}

static void pipeline_add_stream(const struct pt_stream *stream, struct pipeline_sums *sums)
{
    bool is_ours = pt_stream_is_seen(stream->state);
    bool has_account = is_ours && stream->account_delivered != PT_UNKNOWN &&
                       stream->account_in_topic != PT_UNKNOWN;
    bool is_running = is_ours && stream->state != PT_STREAM_STOPPED;
    sums->n_streams++;
    sums->has_faulty_stream |= stream->state == PT_STREAM_ERROR ||
                               stream->state == PT_STREAM_WAITING ||
                               stream->state == PT_STREAM_HELD;
    sums->delivered_per_s += !is_ours ? (double)NAN : is_running ? stream->delivered_per_s : 0;
    pipeline_add(&sums->in_flight, is_ours ? stream->in_flight : PT_UNKNOWN);
    int64_t behind =
        has_account ? stream->account_delivered - stream->account_in_topic : PT_UNKNOWN;
    pipeline_add(&sums->not_in_topic, has_account && behind < 0 ? 0 : behind);
    if (stream->newest_object_ms != PT_UNKNOWN && stream->newest_object_ms > sums->newest_ms)
        sums->newest_ms = stream->newest_object_ms;
}

static struct pipeline_sums pipeline_sum(const struct page_desk *desk)
{
    struct pipeline_sums sums = {.newest_ms = PT_UNKNOWN};
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *stream = &desk->snap->streams->streams[i];
        if (stream->topic[0] == '\0')
            continue;
        pipeline_add_stream(stream, &sums);
        pipeline_add_topic(desk, stream, &sums);
    }
    return sums;
}

static enum joint_state joint_of_objects(const struct pipeline_sums *sums, int64_t now_ms)
{
    enum { RECENT_MS = 60000 };
    if (sums->newest_ms == PT_UNKNOWN || sums->newest_ms <= 0)
        return JOINT_UNKNOWN;
    return now_ms - sums->newest_ms <= RECENT_MS ? JOINT_FLOWS : JOINT_IDLE;
}

void pipeline_joints(const struct page_desk *desk, struct joint joints[PIPELINE_JOINTS])
{
    const struct pt_session_section *session = desk->snap->session;
    const struct pipeline_sums sums = pipeline_sum(desk);
    for (int i = 0; i < PIPELINE_JOINTS; i++)
        joints[i] = (struct joint){JOINT_UNKNOWN, session->verdict, PT_UNKNOWN};
    if (sums.n_streams == 0 || session->link >= PT_LINK_OLD)
        return; /* what is shown of the figures was true once */
    joints[AT_DELIVERY] =
        (struct joint){joint_moves(sums.delivered_per_s), PT_V_OK, sums.in_flight};
    if (sums.has_faulty_stream)
        joints[AT_DELIVERY].state = JOINT_WARNS;
    joints[AT_TOPIC] = (struct joint){joint_moves(sums.in_per_s), PT_V_OK, sums.not_in_topic};
    /* The topics' offsets are up to some seconds older than the acknowledgements. */
    if (sums.not_in_topic != PT_UNKNOWN && (double)sums.not_in_topic <= 3 * sums.in_per_s)
        joints[AT_TOPIC].gap = 0;
    joints[AT_SINK] = (struct joint){joint_moves(sums.out_per_s), PT_V_OK, sums.lag};
    joints[AT_OBJECT].state = joint_of_objects(&sums, desk->now_ms);
    int accused = pipeline_accused(session);
    if (accused >= 0) {
        joints[accused].state = JOINT_TROUBLE;
        joints[accused].verdict = session->verdict;
    }
}

/* ---- drawing ---- */

/* How much a joint says; what does not fit is left out in this order. */
enum joint_words { JOINT_ALL, JOINT_NO_QUIET_GAPS, JOINT_NO_AGE, JOINT_NO_GAPS, JOINT_WORDS };

/* The text of a joint, and the columns that are left for its line. */
struct joint_shown {
    char text[64];
    enum style style;
};

static const char *joint_sign(const struct joint *joint)
{
    if (joint->verdict == PT_V_FAILED || joint->verdict == PT_V_STALLED)
        return "✗";
    return joint->verdict == PT_V_UNKNOWN ? "?" : "!";
}

/* A bar of one sign for a number of records: one step for each power of ten. */
static const char *joint_bar(int64_t gap, bool is_ascii)
{
    int level = 0;
    for (; gap >= 10; gap /= 10)
        level++;
    return chart_bar(level, is_ascii);
}

static void joint_put_gap(char *out, size_t cap, int64_t gap, bool is_ascii)
{
    snprintf(out, cap, "%s%s", joint_bar(gap, is_ascii), show_count_in(gap, 7).s);
}

static struct joint_shown joint_shown(const struct joint *joint, enum joint_words words,
                                      bool is_ascii)
{
    struct joint_shown shown = {"", STYLE_DIM};
    bool is_trouble = joint->state == JOINT_TROUBLE;
    char gap[40] = "";
    if (joint->gap > 0 && words < (is_trouble ? JOINT_NO_GAPS : JOINT_NO_QUIET_GAPS))
        joint_put_gap(gap, sizeof gap, joint->gap, is_ascii);
    if (joint->state == JOINT_UNKNOWN) {
        snprintf(shown.text, sizeof shown.text, "?");
    } else if (joint->state == JOINT_WARNS) {
        shown.style = STYLE_WARN;
        snprintf(shown.text, sizeof shown.text, " !%s%s ", gap[0] != '\0' ? " " : "", gap);
    } else if (is_trouble) {
        shown.style = verdict_style(joint->verdict);
        snprintf(shown.text, sizeof shown.text, " %s %s%s%s ", joint_sign(joint),
                 pt_verdict_word(joint->verdict), gap[0] != '\0' ? " " : "", gap);
    } else {
        memcpy(shown.text, gap, sizeof gap);
    }
    return shown;
}

/* " ─TEXT─> ": two signs of a line and what is around it. */
enum { JOINT_AROUND = 5, NODES = PIPELINE_JOINTS + 1 };

struct pipeline_shown {
    const char *nodes[NODES];
    struct joint_shown joints[PIPELINE_JOINTS];
    int cols; /* at least, without a blank at either end */
};

static struct pipeline_shown pipeline_words(const struct joint joints[PIPELINE_JOINTS],
                                            enum joint_words words, const char *newest,
                                            bool is_ascii)
{
    struct pipeline_shown shown = {
        .nodes = {"generated", "delivered", "in topic", "committed", newest},
    };
    for (int i = 0; i < NODES; i++)
        shown.cols += text_cols(shown.nodes[i]);
    for (int i = 0; i < PIPELINE_JOINTS; i++) {
        shown.joints[i] = joint_shown(&joints[i], words, is_ascii);
        shown.cols += text_cols(shown.joints[i].text) + JOINT_AROUND;
    }
    return shown;
}

/* Draws one joint in cols columns from x on. */
static void joint_draw(const struct joint *joint, const struct joint_shown *shown,
                       struct canvas *canvas, struct rect row, int x, int cols)
{
    const char *line = joint->state == JOINT_FLOWS ? "═" : "─";
    int text = text_cols(shown->text), signs = cols - text - 3, before = (signs + 1) / 2;
    canvas_fill(canvas, (struct rect){row.y, row.x + x + 1, 1, cols - 3}, STYLE_DIM, line);
    canvas_text(canvas, row, 0, x + 1 + before, shown->style, shown->text);
    canvas_text(canvas, row, 0, x + cols - 2, STYLE_DIM, ">");
}

void pipeline_draw(const struct page_desk *desk, struct canvas *canvas, struct rect row)
{
    struct joint joints[PIPELINE_JOINTS];
    struct pipeline_shown shown;
    char newest[64];
    struct pipeline_sums sums = pipeline_sum(desk);
    if (row.h < 1 || row.w < PIPELINE_COLS_MIN || sums.n_streams == 0)
        return;
    snprintf(newest, sizeof newest, "newest object%s%s", sums.newest_ms > 0 ? " " : "",
             sums.newest_ms > 0 ? show_since(sums.newest_ms, desk->now_ms).s : "");
    pipeline_joints(desk, joints);
    for (int words = JOINT_ALL; words < JOINT_WORDS; words++) {
        shown = pipeline_words(joints, words, words < JOINT_NO_AGE ? newest : "object",
                               desk->looks.is_ascii);
        if (shown.cols <= row.w - 2)
            break;
    }
    int spare = row.w - 2 - shown.cols, x = 1;
    canvas_blank(canvas, rect_row(row, 0), STYLE_NORMAL);
    for (int i = 0; i < NODES; i++) {
        x += canvas_text(canvas, row, 0, x, STYLE_NORMAL, shown.nodes[i]);
        if (i == PIPELINE_JOINTS)
            break;
        int more = spare / (PIPELINE_JOINTS - i);
        int cols = text_cols(shown.joints[i].text) + JOINT_AROUND + more;
        joint_draw(&joints[i], &shown.joints[i], canvas, row, x, cols);
        x += cols;
        spare -= more;
    }
}
