drop table gate_settings_history, gate_settings;
