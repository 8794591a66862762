"""What will be won and how sure that is: the simulation, the team's own calls, and how right past forecasts were.

Public names, by file:

    forecast_accuracy: compute_accuracy
    group_outlooks: OutlookRecord, record_outlooks
    team_forecast: choose_forecast_period, compute_forecast
"""
