#include "ui/can.h"

#include "page/wish_state.h"
#include "ui/ask_connector.h"
#include "ui/replay.h"

static bool can_topic(const struct ui *ui, enum action action)
{
    return !ui->desk.snap->session->is_readonly &&
           (action == ACT_TOPIC_NEW || ui_selected_topic(ui) != NULL);
}

/* Whether the page has something for the action. */
static bool can_here(const struct ui *ui, enum action action)
{
    const struct page_ops *ops = ui_page(ui)->ops;
    bool is_of_list = action == ACT_FIND || action == ACT_MARK ||
                      (action >= ACT_FAULTS && action <= ACT_SORT_TURN);
    if (is_of_list && ui_listing(ui) == NULL)
        return false;
    if (action == ACT_MARK && /* marks are for changes */
        (ui->desk.snap->session->is_readonly || ui_listing(ui)->list.count == 0))
        return false;
    return ops->can == NULL || ops->can(ui_page_state(ui), &ui->desk, action);
}

bool ui_can(const struct ui *ui, enum action action)
{
    bool is_readonly = ui->desk.snap->session->is_readonly;
    int stream = ui_selected_stream(ui);
    if (ui->is_replay ? replay_forbids(action) : replay_needs(action))
        return false;
    if (!can_here(ui, action))
        return false;
    switch (action) {
    case ACT_STREAM:
    case ACT_FASTER:
        return stream >= 0 && wish_can(&ui->desk, (enum pt_stream_id)stream);
    case ACT_STREAMS:
        return wish_can(&ui->desk, PT_PIN) || wish_can(&ui->desk, PT_GEO) ||
               wish_can(&ui->desk, PT_USER);
    case ACT_TOPIC_NEW:
    case ACT_TOPIC_ALTER:
    case ACT_TOPIC_DELETE:
    case ACT_PRODUCE:
        return can_topic(ui, action);
    case ACT_CONNECTOR:
        return !is_readonly && connector_can(ui);
    case ACT_PROBE:
        return !is_readonly && probe_can(ui);
    case ACT_ACKNOWLEDGE:
        return !is_readonly && acknowledge_can(ui);
    default:
        return true;
    }
}
