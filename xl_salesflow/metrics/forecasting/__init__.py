"""What will be won and how sure that is: the simulation, the team's own calls, and how right past forecasts were.

Public names, by file:

    forecast_accuracy: compute_accuracy
    group_outlooks: OutlookRecord, record_outlooks
    outlook_sheets: is_accuracy_due, judge_methods, make_accuracy_tables, make_outlook_tables
    team_forecast: choose_forecast_period, compute_forecast
"""
