-- The frozen weight of each field's level, and their sum; a field that a side lacks weighs nothing.
-- Reads: pair_field, linkage_weight
-- An equal country weighs as rare as it is; drugs and reactions weigh as rare as those shared, less what is unshared.
WITH levelled AS (
  SELECT
    p.*, coalesce(number.weight, 0) AS number_weight, coalesce(authority.weight, 0) AS authority_weight,
    coalesce(literature.weight, 0) AS literature_weight, coalesce(day.weight, 0) AS date_weight,
    coalesce(age.weight, 0) AS age_weight, coalesce(sex.weight, 0) AS sex_weight,
    coalesce(heaviness.weight, 0) AS weight_weight,
    CASE WHEN p.country_level = 'equal' THEN p.country_weight ELSE coalesce(country.weight, 0) END AS country_bits,
    coalesce(reporter.weight, 0) AS reporter_weight, coalesce(outcome.weight, 0) AS outcome_weight,
    coalesce(receipt.weight, 0) AS receipt_weight,
    CASE
      WHEN p.drug_level IS NULL THEN 0
      WHEN p.drug_level IN ('none', 'alike') THEN drug.weight
      ELSE least(p.shared_drug_weight, $most_of_drugs) + drug.weight
        + p.n_drugs_unshared * $drug_unshared + p.n_drugs_more * $drug_more
    END AS drug_weight,
    CASE
      WHEN p.reaction_level IS NULL THEN 0
      WHEN p.reaction_level = 'none' THEN reaction.weight
      ELSE least(p.shared_reaction_weight, $most_of_reactions) + reaction.weight
        + p.n_reactions_unshared * $reaction_unshared + p.n_reactions_more * $reaction_more
    END AS reaction_weight
  FROM pair_field AS p
  LEFT JOIN linkage_weight AS number ON number.field = 'number' AND number.level = p.number_level
  LEFT JOIN linkage_weight AS authority ON authority.field = 'authority' AND authority.level = p.authority_level
  LEFT JOIN linkage_weight AS literature ON literature.field = 'literature' AND literature.level = p.literature_level
  LEFT JOIN linkage_weight AS day ON day.field = 'date' AND day.level = p.date_level
  LEFT JOIN linkage_weight AS age ON age.field = 'age' AND age.level = p.age_level
  LEFT JOIN linkage_weight AS sex ON sex.field = 'sex' AND sex.level = p.sex_level
  LEFT JOIN linkage_weight AS heaviness ON heaviness.field = 'weight' AND heaviness.level = p.weight_level
  LEFT JOIN linkage_weight AS country ON country.field = 'country' AND country.level = p.country_level
  LEFT JOIN linkage_weight AS reporter ON reporter.field = 'reporter' AND reporter.level = p.reporter_level
  LEFT JOIN linkage_weight AS outcome ON outcome.field = 'outcome' AND outcome.level = p.outcome_level
  LEFT JOIN linkage_weight AS receipt ON receipt.field = 'receipt' AND receipt.level = p.receipt_level
  LEFT JOIN linkage_weight AS drug ON drug.field = 'drug' AND drug.level = p.drug_level
  LEFT JOIN linkage_weight AS reaction ON reaction.field = 'reaction' AND reaction.level = p.reaction_level
)
SELECT
  *,
  number_weight + authority_weight + literature_weight + date_weight + age_weight + sex_weight + weight_weight
    + country_bits + reporter_weight + outcome_weight + receipt_weight + drug_weight + reaction_weight AS total_weight
FROM levelled
