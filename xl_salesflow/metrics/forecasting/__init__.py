"""What will be won and how sure that is: the simulation, the team's own calls, and how right past forecasts were.

Public names, by file:

    forecast_accuracy: compute_accuracy
    team_forecast: compute_forecast
"""
