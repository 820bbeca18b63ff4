"""MaskStack → Volume → Mesh. The home of scikit-image, trimesh and the decimation library."""
