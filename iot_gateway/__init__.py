"""MQTT in, durable samples, anomaly detectors and cases."""
