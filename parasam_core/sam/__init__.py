"""Everything that knows torch: models, preprocessing, embeddings, prediction."""
