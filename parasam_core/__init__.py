"""ParaSAM: from an ultrasound sweep to a measured tumour."""
