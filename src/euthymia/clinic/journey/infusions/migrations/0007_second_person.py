"""The second person reads the label and computes mg and mL; the hard limits move to guards.sql, as signed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('infusions', '0006_written_on_device'),
        ('practice', '0001_initial'),
        ('stock', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='doseorder',
            name='infusions_order_weight',
        ),
        migrations.RemoveConstraint(
            model_name='doseorder',
            name='infusions_order_dose',
        ),
        migrations.AddField(
            model_name='doseconfirmation',
            name='dose_ug',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='doseconfirmation',
            name='label_mg_per_ml',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='doseconfirmation',
            name='volume_ul',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name='doseorder',
            constraint=models.CheckConstraint(condition=models.Q(('dose_ug__gt', 0), ('mg_per_kg__gt', 0), ('minutes__gt', 0), ('volume_ul__gt', 0), ('weight_g__gt', 0)), name='infusions_order_above_zero'),
        ),
    ]
